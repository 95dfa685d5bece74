const os=require('os'),path=require('path'),module_=require('module');
if (+process.versions.node.split('.')[0]===20) require('v8').setFlagsFromString('--interrupt-budget=500000');
if (module_.enableCompileCache) module_.enableCompileCache(path.join(os.homedir(),'.cache','tenantlint-code2'));
const {main}=require('../dist/cjs/main.cjs');
main(process.argv.slice(2),process).then(c=>{process.exitCode=c;});
