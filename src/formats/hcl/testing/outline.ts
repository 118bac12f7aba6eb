/** A tree as one line that can be read in a test: every operation in its own parentheses. */
import type { Body, Expression, SplatStep, TemplatePart } from '../syntax-tree.ts';

export function outline(expression: Expression): string {
  switch (expression.kind) {
    case 'number': return expression.text;
    case 'boolean': return String(expression.value);
    case 'null': return 'null';
    case 'template': return `"${expression.parts.map(part).join('')}"`;
    case 'variable': return expression.name;
    case 'attribute-access': return `${outline(expression.source)}.${expression.name}`;
    case 'index': return `${outline(expression.source)}[${outline(expression.key)}]`;
    case 'splat': return `(${outline(expression.source)}${expression.style === 'full' ? '[*]' : '.*'}${expression.steps.map(step).join('')})`;
    case 'call': return `${expression.name}(${expression.arguments.map(outline).join(', ')}${expression.expandFinal ? '...' : ''})`;
    case 'conditional': return `(${outline(expression.condition)} ? ${outline(expression.then)} : ${outline(expression.otherwise)})`;
    case 'unary': return `(${expression.operator}${outline(expression.operand)})`;
    case 'binary': return `(${outline(expression.left)} ${expression.operator} ${outline(expression.right)})`;
    case 'tuple': return `[${expression.elements.map(outline).join(', ')}]`;
    case 'object': return `{${expression.items.map(({ key, bare, value }) => `${bare ? '' : '='}${outline(key)}: ${outline(value)}`).join(', ')}}`;
    case 'for-tuple': return `[for ${expression.keyName ?? '_'}, ${expression.valueName} in ${outline(expression.collection)}: ${outline(expression.value)}${condition(expression.condition)}]`;
    case 'for-object': return `{for ${expression.keyName ?? '_'}, ${expression.valueName} in ${outline(expression.collection)}: ${outline(expression.key)} => ${outline(expression.value)}${expression.grouped ? '...' : ''}${condition(expression.condition)}}`;
    case 'parentheses': return `(${outline(expression.inner)})`;
    case 'invalid': return '<invalid>';
  }
}

function condition(expression: Expression | undefined): string {
  return expression === undefined ? '' : ` if ${outline(expression)}`;
}

function step(each: SplatStep): string {
  if (each.kind === 'attribute-step') return `.${each.name}`;
  if (each.kind === 'index-step') return `[${outline(each.key)}]`;
  return `<${each.style === 'full' ? '[*]' : '.*'}${each.steps.map(step).join('')}>`;
}

function part(each: TemplatePart): string {
  if (each.kind === 'text') return JSON.stringify(each.value).slice(1, -1);
  if (each.kind === 'interpolation') return `\${${outline(each.expression)}}`;
  if (each.kind === 'if-directive') return `%{if ${outline(each.condition)}}${each.then.map(part).join('')}%{else}${each.otherwise.map(part).join('')}%{end}`;
  return `%{for ${each.keyName ?? '_'}, ${each.valueName} in ${outline(each.collection)}}${each.parts.map(part).join('')}%{end}`;
}

/** Names of what stands in a body: `variable.region{default, type}`. */
export function outlineBody(body: Body): string {
  return body.items.map((item) => (item.kind === 'attribute' ? item.name : `${[item.type, ...item.labels.map(({ value }) => value)].join('.')}{${outlineBody(item.body)}}`)).join(', ');
}
