const v8=require('v8');v8.setFlagsFromString('--wasm-tier-up-filter=0');if(process.version.startsWith('v20'))v8.setFlagsFromString('--interrupt-budget=500000');
const os=require('os'),path=require('path'),fs=require('fs'),vm=require('vm');
const file=path.join(__dirname,'../dist/cjs/main.cjs');
const src=fs.readFileSync(file,'latin1');
const cacheFile=path.join(os.homedir(),'.cache','t3-'+process.version+'.bin');
let cachedData; try{cachedData=fs.readFileSync(cacheFile);}catch{}
const script=new vm.Script('(function(exports,require,module,__filename,__dirname){'+src+'\n})',{filename:file,cachedData});
if(script.cachedDataRejected) console.error('rejected');
const m={exports:{}};
script.runInThisContext()(m.exports,require('module').createRequire(file),m,file,path.dirname(file));
m.exports.main(process.argv.slice(2),process).then(c=>{process.exitCode=c; if(!cachedData) fs.writeFileSync(cacheFile,script.createCachedData());});
