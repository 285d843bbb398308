// Polars as a peer: node polars.js MODULES, then a line "WORK IN OUT" each on stdin; answers its seconds, inside the
// process, on stdout. OUT "-": the result is thrown away. "version" answers the version.
'use strict';
const path = require('path').join(process.argv[2], 'nodejs-polars');
const pl = require(path);
const sums = {
  a: (t) => t.filter(pl.col('v2').gt(7)).groupBy('id1').agg(pl.col('v1').sum()),
  b: (t) => t.groupBy('id3').agg(pl.col('v1').sum(), pl.col('v3').mean().alias('m')),
  c: (t) => t.select(pl.len()),
  filter: (t) => t.filter(pl.col('v2').gt(7)),
  sort: (t) => t.select('id6', 'v3').sort([pl.col('v3'), pl.col('id6')]),
};
function answer(line) {
  if (line === 'version') return require(path + '/package.json').version;
  const [work, input, output] = line.split(' ');
  const from = performance.now();
  const result = sums[work](pl.scanCSV(input)).collectSync({ streaming: true });
  if (output !== '-') result.writeCSV(output);
  return ((performance.now() - from) / 1000).toFixed(6);
}
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    console.log(answer(line));
  } catch (e) {
    console.error(`polars: ${e.message}`);
    console.log('failed');
  }
});
