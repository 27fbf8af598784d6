// Times docxtemplater: node word_templates.js TEMPLATE DATA.json OUT SECONDS -> median ms on stdout.
"use strict";
const fs = require("fs");
const PizZip = require("pizzip");
const Docxtemplater = require("docxtemplater");

const [template, data, out, seconds] = process.argv.slice(2);
const source = fs.readFileSync(template);
const context = JSON.parse(fs.readFileSync(data, "utf8"));

function render() {
  const document = new Docxtemplater(new PizZip(source), { paragraphLoop: true, linebreaks: true });
  document.render(context);
  return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
}

for (let i = 0; i < 20; i += 1) render();
const times = [];
const stop = performance.now() + Number(seconds) * 1000;
while (times.length < 5 || performance.now() < stop) {
  const begin = performance.now();
  render();
  times.push(performance.now() - begin);
}
times.sort((a, b) => a - b);
fs.writeFileSync(out, render());
process.stdout.write(String(times[Math.floor(times.length / 2)]));
