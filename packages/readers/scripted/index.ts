export { findScripted, readScripted, type Scripted, type ScriptedInput } from './reader.ts';
