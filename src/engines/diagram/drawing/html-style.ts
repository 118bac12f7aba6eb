/** The style sheet of the interactive page, around the drawing's own. */
import { COLOURS } from './palette.ts';
import { colourVariables, FONT_STACK, styleSheet } from './style.ts';

const PAGE = `
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;font-family:${FONT_STACK};font-size:14px;line-height:1.45;background:var(--rd-page);color:var(--rd-ink)}
header{display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px;padding:10px 16px;border-bottom:1px solid var(--rd-edge)}
h1{font-size:17px;margin:0;flex:1 1 200px;min-width:0;overflow-wrap:anywhere}
h2{font-size:15px;margin:0 0 4px;overflow-wrap:anywhere}
h3{font-size:12px;margin:16px 0 4px;color:var(--rd-muted);font-weight:600}
button,select,input{font:inherit;color:var(--rd-ink);background:var(--rd-card);border:1px solid var(--rd-frame);border-radius:7px;padding:5px 10px;min-height:32px}
button{cursor:pointer}
button:hover{background:var(--rd-shade)}
:focus-visible{outline:3px solid var(--rd-focus);outline-offset:1px}
select{max-width:320px}
.tools{display:flex;gap:4px}
.tools button{min-width:34px;padding:5px 8px}
main{flex:1;display:flex;min-height:0}
.stage{flex:1;position:relative;min-width:0;overflow:hidden;touch-action:none;cursor:grab}
.stage.dragging{cursor:grabbing}
.stage svg{display:block;width:100%;height:100%}
.panel{width:340px;max-width:45vw;overflow:auto;padding:14px 16px;border-left:1px solid var(--rd-edge)}
.panel p{margin:4px 0}
.panel ul{margin:4px 0;padding-left:18px}
.panel dl{margin:4px 0;display:grid;grid-template-columns:minmax(70px,auto) 1fr;gap:3px 12px}
.panel dt{color:var(--rd-muted)}
.panel dd{margin:0;overflow-wrap:anywhere}
code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px;overflow-wrap:anywhere}
.quiet{color:var(--rd-muted)}
.results{list-style:none;padding:0!important}
.results button,.neighbours button{width:100%;text-align:left;border-color:transparent;padding:4px 8px}
.neighbours{list-style:none;padding:0!important}
.change{font-weight:600}
a{color:var(--rd-focus)}
.parts{border-top:1px solid var(--rd-edge);padding:6px 16px;max-height:45vh;overflow:auto}
.parts summary{cursor:pointer;padding:4px 0}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--rd-edge);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media (max-width:760px){main{flex-direction:column}.panel{width:auto;max-width:none;max-height:40vh;border-left:0;border-top:1px solid var(--rd-edge)}}
`;

/** What happens to parts of a picture: chosen, found, focused, folded. */
const PARTS = `
[hidden]{display:none!important}
.node,.head{cursor:pointer}
.opener{cursor:pointer}
.focused .node:not(.near),.focused .link:not(.near),.focused .labels>g:not(.near){opacity:.18}
.focused .link.near .line{stroke-width:2.4}
.found .card{stroke:var(--rd-focus);stroke-width:2.5}
.hit{fill:transparent;outline:none}
.hit:focus-visible,.chosen>.hit{stroke:var(--rd-focus);stroke-width:3}
.cover{fill:var(--rd-shade);stroke:var(--rd-frame)}
@media (prefers-reduced-motion:no-preference){.node,.link{transition:opacity .12s}}
`;

/** All rules of the page, with the colours of both themes as custom properties. */
export function pageStyle(): string {
  const dark = colourVariables('dark');
  return [
    `:root{color-scheme:light;${colourVariables('light')}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme="light"]){color-scheme:dark;${dark}}}`,
    `:root[data-theme="dark"]{color-scheme:dark;${dark}}`,
    PAGE.trim(),
    PARTS.trim(),
    styleSheet('variables'),
  ].join('\n');
}

/** The rules of a picture within a shadow tree of another page: that page's `color-scheme` chooses the colours, its `--rd-font` the letters. */
export function shadowStyle(): string {
  const colours = Object.keys(COLOURS.light).map((name) => `--rd-${name}:light-dark(${COLOURS.light[name] ?? ''},${COLOURS.dark[name] ?? ''})`);
  return [`:host{${colours.join(';')}}`, 'svg{display:block;width:100%;height:100%}', PARTS.trim(), styleSheet('variables'), `text{font-family:var(--rd-font,${FONT_STACK})}`].join('\n');
}
