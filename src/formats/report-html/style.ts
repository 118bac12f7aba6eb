/** The one style of all reports; no rule of it depends on the content. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1a1d21;--quiet:#57606a;--line:#d5dae0;--soft:#f4f6f8;--whole:#3d4f63;--less:#1a7f4b;--more:#b3261e;--warn:#8a5a00;--accent:#0b5fbf;--less-soft:#e3f4ea;--more-soft:#fbe9e7}
@media(prefers-color-scheme:dark){:root{--paper:#101418;--ink:#e6eaee;--quiet:#9aa5b1;--line:#2c343c;--soft:#181e24;--whole:#8fa3b8;--less:#4cc38a;--more:#ff8a80;--warn:#e3b341;--accent:#79b8ff;--less-soft:#12301f;--more-soft:#3a1a17}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:68rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.65rem;line-height:1.25;margin:.2rem 0 .6rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.4rem 0 .7rem;padding-top:.4rem}
h3{font-size:1rem;margin:0}
p{margin:.4rem 0}
a{color:var(--accent)}
.eyebrow{color:var(--quiet);font-size:.85rem;margin:0;overflow-wrap:anywhere}
.quiet{color:var(--quiet);font-size:.875rem}
.lead{font-size:1.05rem;max-width:46rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));border:1px solid var(--line);border-radius:8px;overflow:hidden;margin:1.3rem 0}
.figures>div{box-shadow:0 0 0 .5px var(--line);padding:.75rem .9rem}
.figures dt{color:var(--quiet);font-size:.8rem}
.figures dd{margin:.1rem 0 0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums}
.figures small{display:block;font-size:.78rem;font-weight:400;color:var(--quiet)}
.less{color:var(--less)}.more{color:var(--more)}
figure{margin:1rem 0}
figcaption{font-size:.875rem;color:var(--quiet);margin-top:.4rem}
svg.chart{display:block;width:100%;overflow:visible;font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.chart text{fill:var(--ink)}.chart .short{display:none}.chart text{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}.chart .amount{font-variant-numeric:tabular-nums;font-weight:600}.chart .whole{fill:var(--whole)}.chart .saving{fill:var(--less)}.chart .rise{fill:var(--more)}.chart .unsure{fill:none;stroke:var(--whole);stroke-dasharray:3 3}.chart .join{stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 3}.chart .ground{stroke:var(--line)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:600;color:var(--quiet);font-size:.8rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
.wide{overflow-x:auto}
details>summary{cursor:pointer}
.cause{border:1px solid var(--line);border-radius:8px;margin:.7rem 0;background:var(--paper)}
.cause>summary{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.2rem 1rem;padding:.7rem .9rem;list-style:none}
.cause>summary::-webkit-details-marker{display:none}
.cause>summary h3::before{content:"\\25b8";display:inline-block;width:1.1em;color:var(--quiet)}
.cause[open]>summary h3::before{content:"\\25be"}
.cause>summary .sum{font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
.cause>summary .quiet{grid-column:1/-1;padding-left:1.1em}
.finding{border-top:1px solid var(--line);padding:.75rem .9rem}
.more-of{padding:.6rem .9rem;margin:0;border-top:1px solid var(--line)}
.finding .head{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between}
.finding .name{min-width:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88rem;overflow-wrap:anywhere}
.finding .money{font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
.facts{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:.3rem 0;padding:0;list-style:none;font-size:.85rem;color:var(--quiet)}
.facts b{font-weight:400;color:var(--ink);overflow-wrap:anywhere}
.tag{display:inline-block;border:1px solid currentColor;border-radius:99px;padding:0 .55em;font-size:.75rem;line-height:1.5}
.over{color:var(--more);font-weight:600}.bars td:first-child{width:62%}
.critical,.high{color:var(--more)}.medium{color:var(--warn)}.low,.info{color:var(--quiet)}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;overflow-x:auto;font:12.5px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:.4rem 0}
pre .add{color:var(--less)}pre .del{color:var(--more)}pre .at{color:var(--quiet)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.tools{display:none;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.6rem 0}
.scripted .tools{display:flex}
.tools label{font-size:.8rem;color:var(--quiet);display:grid;gap:.15rem}
.tools .box{display:flex;gap:.4rem;align-items:center;padding:.35rem 0}
.tools input[type=search],.tools select,.tools button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.3rem .5rem}
.tools input[type=search]{min-width:13rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
ol.first{padding-left:1.3rem}ol.first li{margin:.35rem 0}
ul.plain{padding-left:1.1rem}ul.plain li{margin:.25rem 0;overflow-wrap:anywhere}
[hidden]{display:none!important}
@media(max-width:34rem){.chart .short{display:inline}.chart .long{display:none}main{padding:1.2rem .9rem 3rem}h1{font-size:1.35rem}.figures{grid-template-columns:1fr 1fr}.tools input[type=search]{min-width:100%}}
@media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--line:#bbb;--soft:#f6f6f6;--whole:#3d4f63;--less:#1a7f4b;--more:#b3261e;--warn:#8a5a00;--accent:#000}body{font-size:10.5pt}main{max-width:none;padding:0}.tools{display:none!important}.finding,figure,.figures{break-inside:avoid}details::details-content{content-visibility:visible;display:block}pre{white-space:pre-wrap}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
