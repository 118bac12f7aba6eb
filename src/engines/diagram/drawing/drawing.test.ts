import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagram, DiagramSet } from '../diagram.ts';
import { layOut } from '../layout/layout.ts';
import { textWidth } from '../layout/text-width.ts';
import { drawDrawio } from './drawio.ts';
import { GLYPHS } from './glyphs.ts';
import { diagramJson } from './graph-json.ts';
import { drawHtml } from './html.ts';
import { drawMarkdown } from './markdown.ts';
import { drawMermaid } from './mermaid.ts';
import { drawSvg } from './svg.ts';
import { arbitraryDiagram, hostileText } from './testing/arbitrary-diagrams.ts';
import { awsPlan, awsThreeTier, kubernetes, nothing, SAMPLES, Sketch } from './testing/sample-diagrams.ts';
import { elements, scanXml, type XmlElement } from './testing/xml-scanner.ts';

const anyHostile = arbitraryDiagram({ text: hostileText });
const SVG_ELEMENTS = new Set(['svg', 'title', 'desc', 'style', 'rect', 'g', 'defs', 'pattern', 'path', 'a', 'text', 'circle']);
const FORMATS: Record<string, (set: DiagramSet) => string> = {
  svg: (set) => set.diagrams.map((diagram) => drawSvg(diagram)).join(''), html: (set) => drawHtml(set), mermaid: (set) => set.diagrams.map(drawMermaid).join(''), drawio: (set) => drawDrawio(set), json: diagramJson, markdown: (set) => drawMarkdown(set),
};

function words(element: XmlElement): string {
  return elements(element).map((one) => one.text).join(' ');
}

describe('every format', () => {
  test.each(Object.entries(FORMATS))('%s gives the same text for the same diagram', (_, draw) => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      expect(draw({ diagrams: [structuredClone(diagram)] })).toBe(draw({ diagrams: [diagram] }));
    }), { numRuns: 25 });
  });

  test.each(Object.entries(FORMATS))('%s says each label of a sample', (name, draw) => {
    const diagram = awsThreeTier();
    const text = draw({ diagrams: [diagram] });
    for (const label of ['checkout', 'catalog', 'orders', 'sessions']) expect(text, name).toContain(label);
  });

  test.each(Object.entries(FORMATS))('%s can be written for nothing', (_, draw) => {
    expect(draw({ diagrams: [nothing()] }).length).toBeGreaterThan(0);
  });
});

describe('SVG', () => {
  test('is well-formed for any text, and has no script, handler, outside reference or unsafe link', () => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      for (const one of elements(scanXml(drawSvg(diagram, { viewPattern: '{view}.svg' })))) {
        expect(SVG_ELEMENTS.has(one.name), one.name).toBe(true);
        for (const [name, value] of Object.entries(one.attributes)) {
          expect(name.startsWith('on') || name === 'xlink:href' || name === 'style').toBe(false);
          if (name === 'href') expect(value).toMatch(/^(?:\.\/)?[^:]*$/);
        }
        if (one.name === 'style') expect(one.text).not.toMatch(/url\(|@import/);
      }
    }), { numRuns: 120 });
  });

  test('has a title, a description and a link to the line of every part', () => {
    const svg = scanXml(drawSvg(awsThreeTier(), { linkPattern: 'https://git.example.com/blob/main/{file}#L{line}' }));
    expect(svg.attributes['role']).toBe('img');
    expect(svg.children.find((child) => child.name === 'title')?.text).toBe('Shop');
    expect(svg.children.find((child) => child.name === 'desc')?.text).toContain('15 of 31 resources drawn, 16 folded.');
    const links = elements(svg).filter((one) => one.name === 'a').map((one) => one.attributes['href']);
    expect(links.length).toBe(15);
    for (const link of links) expect(link).toMatch(/^https:\/\/git\.example\.com\/blob\/main\/main\.tf#L\d+$/);
  });

  test('tells changes by a sign and a word, not by colour alone', () => {
    const svg = scanXml(drawSvg(awsPlan()));
    const signs = elements(svg).filter((one) => one.name === 'text' && one.attributes['class']?.includes('signed') === true).map((one) => one.text);
    expect(new Set(signs)).toEqual(new Set(['+', '~', '−', '±']));
    for (const word of ['added', 'changed', 'removed', 'replaced']) expect(words(svg)).toContain(word);
  });

  test('says what nothing is', () => {
    const text = words(scanXml(drawSvg(nothing())));
    expect(text).toContain('Nothing to draw.');
    expect(text).toContain('main.tf declares 3 variables and no resource.');
  });

  test('cuts text that has no room and keeps the whole in a title', () => {
    fc.assert(fc.property(arbitraryDiagram({ text: hostileText, wellFormed: true }), (diagram) => {
      const { width } = layOut(diagram);
      for (const one of elements(scanXml(drawSvg(diagram)))) {
        if (one.name !== 'text' || one.attributes['text-anchor'] !== undefined) continue;
        const wide = textWidth(one.text, Number(one.attributes['font-size']), one.attributes['class']?.includes('bold') === true ? 'semibold' : 'regular');
        expect(Number(one.attributes['x']) + Math.min(wide, Number(one.attributes['textLength'] ?? wide))).toBeLessThanOrEqual(Math.max(420, width) + 1);
        if (one.text.endsWith('…')) expect(one.attributes['class']).toBeDefined();
      }
    }), { numRuns: 60 });
    const long = new Sketch('aws').node('n', 'bucket', 'a-name-that-is-much-too-long-for-a-card-of-this-size', 1).diagram('t', '');
    expect(words(scanXml(drawSvg(long)))).toMatch(/a-name-that-is-much-too-long-for-a-card-of-this-size[^]*…/);
  });

  test('is light, dark or both', () => {
    expect(drawSvg(awsThreeTier())).toContain('prefers-color-scheme: dark');
    expect(drawSvg(awsThreeTier(), { theme: 'light' })).not.toContain('prefers-color-scheme');
    expect(drawSvg(awsThreeTier(), { theme: 'dark' })).not.toBe(drawSvg(awsThreeTier(), { theme: 'light' }));
  });

  test('refuses a link pattern that a browser would execute', () => {
    for (const linkPattern of ['javascript:alert(1)//{file}', ' java\nscript:{file}', 'data:text/html,{file}']) expect(() => drawSvg(awsThreeTier(), { linkPattern })).toThrow(expect.objectContaining({ code: 'ROADBED-6601' }));
    expect(drawSvg(awsThreeTier(), { linkPattern: '../my "infra"/{file}#L{line}' })).toContain('href="../my%20%22infra%22/main.tf#L12"');
  });
});

describe('draw.io', () => {
  test('is well-formed for any text, with every part once, in a container that is in the file', () => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      const file = scanXml(drawDrawio({ diagrams: [diagram] }));
      const all = elements(file);
      const ids = all.filter((one) => one.name === 'UserObject' || one.name === 'mxCell').map((one) => one.attributes['id']).filter((id) => id !== undefined);
      expect(new Set(ids).size).toBe(ids.length);
      expect(all.filter((one) => one.name === 'UserObject').length).toBe(diagram.groups.length + diagram.nodes.length);
      for (const cell of all.filter((one) => one.name === 'mxCell')) for (const end of ['parent', 'source', 'target']) if (cell.attributes[end] !== undefined) expect(ids).toContain(cell.attributes[end]);
    }), { numRuns: 80 });
  });

  test('nests groups with places relative to their container', () => {
    const file = scanXml(drawDrawio({ diagrams: [awsThreeTier(), { ...kubernetes(), id: 'two' }] }));
    expect(file.children.map((page) => page.attributes['name'])).toEqual(['Shop', 'Cluster']);
    const cell = (id: string): XmlElement | undefined => elements(file).find((one) => one.attributes['id'] === id)?.children[0];
    expect(cell('part-public-a')?.attributes['parent']).toBe('part-zone-a');
    expect(cell('part-zone-a')?.attributes['parent']).toBe('part-vpc');
    const geometry = cell('part-public-a')?.children[0]?.attributes;
    const zone = cell('part-zone-a')?.children[0]?.attributes;
    expect(Number(geometry?.['x']) + Number(geometry?.['width'])).toBeLessThan(Number(zone?.['width']));
    expect(elements(file).filter((one) => one.name === 'mxPoint').length).toBeGreaterThan(10);
  });
});

describe('Mermaid', () => {
  test('a Mermaid picture without parts says why, and is no blank', () => {
    expect(drawMermaid({ ...nothing(), notes: ['All 6 resources are values.'] })).toContain('n0["All 6 resources are values."]');
  });

  test('has nothing but our own syntax around quoted labels', () => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      const [first, title, ...lines] = drawMermaid(diagram).trimEnd().split('\n');
      expect(first).toBe('flowchart LR');
      expect(title).toMatch(/^ {2}accTitle: [\p{L}\p{N} .,_/()-]*$/u);
      const label = '"(?:[\\p{L}\\p{N} .,_/()·-]|#\\d+;|<br/>)*"';
      const line = new RegExp(`^ *(?:subgraph g\\d+\\[${label}\\]|end|g\\d+\\[${label}\\]|n\\d+(?:\\[${label}\\]|\\[\\(${label}\\)\\]|\\(\\[${label}\\]\\))(?::::[a-z]+)?|[gn]\\d+ (?:-->|-\\.->|---)(?:\\|${label}\\|)? [gn]\\d+|classDef [a-z]+ [#a-z0-9:,\\- ]+)$`, 'u');
      for (const one of lines) expect(one).toMatch(line);
      expect(lines.filter((one) => one.trim() === 'end').length).toBe(lines.filter((one) => one.trim().startsWith('subgraph')).length);
    }), { numRuns: 120 });
  });
});

describe('JSON', () => {
  test('has a version, every part with its place and every edge', () => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      const graph = JSON.parse(diagramJson({ diagrams: [diagram] })) as { schemaVersion: string; diagrams: { nodes: { id: string; label: string; rectangle: { width: number } }[]; groups: unknown[]; edges: unknown[] }[] };
      expect(graph.schemaVersion).toBe('1.0');
      const [only] = graph.diagrams;
      expect(only?.nodes.map((node) => node.label.toWellFormed())).toEqual(diagram.nodes.map((node) => node.label.toWellFormed()));
      expect([only?.groups.length, only?.edges.length]).toEqual([diagram.groups.length, diagram.edges.length]);
      for (const node of only?.nodes ?? []) expect(node.rectangle.width).toBeGreaterThan(0);
    }), { numRuns: 40 });
  });
});

describe('Markdown', () => {
  test('keeps its tables whole and opens no HTML for any text', () => {
    fc.assert(fc.property(anyHostile, (diagram) => {
      const text = drawMarkdown({ diagrams: [diagram] });
      const outside = text.replace(/```mermaid\n[\s\S]*?\n```/g, '');
      expect(outside).not.toContain('```');
      expect(outside.replace(/<\/?code>|<br>|\]\(<[^<>\s]*>\)/g, '')).not.toMatch(/<[a-z!/]/i);
      const heads = outside.split('\n').filter((line) => line.startsWith('| Part') || line.startsWith('| From'));
      expect(heads.length).toBe((diagram.nodes.length > 0 ? 1 : 0) + (diagram.edges.length > 0 ? 1 : 0));
      const columns = (line: string): number => line.replace(/\\./g, '').split('|').length;
      let width = 0;
      for (const line of outside.split('\n')) {
        if (!line.startsWith('| ')) width = 0;
        else if (width === 0) width = columns(line);
        else expect(columns(line)).toBe(width);
      }
    }), { numRuns: 80 });
  });
});

test('every glyph is drawn, within its square, with strokes only', () => {
  for (const [name, path] of Object.entries(GLYPHS)) {
    expect(path, name).toMatch(/^M[\d.\s\-MmLlHhVvCcSsQqTtAaZz,]+$/);
    expect(new Set(Object.values(GLYPHS)).size).toBe(Object.keys(GLYPHS).length);
  }
});

test('every sample is drawn in every theme', () => {
  for (const sample of Object.values(SAMPLES)) for (const theme of ['auto', 'light', 'dark'] as const) expect(() => scanXml(drawSvg(sample() as Diagram, { theme }))).not.toThrow();
});
