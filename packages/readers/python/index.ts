export { loadPython, type PythonParser } from './grammar.ts';
export { lowerFile } from './lower/file.ts';
export { isPython, PythonProject, type PythonInput } from './graph/project.ts';
export { importedFiles, readPythonProgram, type PythonProgramInput } from './graph/program.ts';
export { createModuleResolver, type ModuleResolver } from './graph/resolve.ts';
