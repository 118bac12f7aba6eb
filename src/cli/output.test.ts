import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PlatformError } from '../domain/error.ts';
import { Output } from './output.ts';

function terminal(columns?: number): { output: Output; text: () => string } {
  const screen = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, ...(columns === undefined ? {} : { columns }) });
  return { output: new Output({}, { stdout: screen, stderr: screen, environment: { TERM: 'xterm' } }), text: () => String(screen.read() ?? '') };
}

test('escape sequences of a hostile log, commit or error reach no terminal, our own colours do', () => {
  const { output, text } = terminal();
  const hostile = 'a\u001b]0;title\u0007\u001b[2Jb\u009b5n\rc';
  output.line(`${output.style('dim', '12:00:00')} ${hostile}`);
  output.say(hostile);
  output.table([{ hostile }], [{ title: 'Name', value: (row) => row.hostile }]);
  output.error(new PlatformError({ code: 'ROADBED-6000', class: 'failed', message: hostile, why: hostile }));
  const shown = text();
  expect(shown).toContain('\u001b[2m12:00:00\u001b[22m');
  expect(shown.replace(/\u001b\[[0-9;]{1,10}m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('a hostile name begins no line and no cell of a pipe, which a build server might take for a command', () => {
  const pipe = new PassThrough({ encoding: 'utf8' });
  const output = new Output({}, { stdout: pipe, stderr: pipe, environment: {} });
  const hostile = 'disk\r\n##vso[task.setvariable variable=PATH]x\n::stop-commands::y\u001b[2J\tz';
  output.table([{ hostile }], [{ title: 'Name', value: (row) => row.hostile }, { title: 'Size', value: () => '1' }]);
  output.say(`not known: ${hostile}`);
  const lines = String(pipe.read() ?? '').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]?.split('\t')).toHaveLength(2);
  expect(lines.join('')).not.toMatch(/[\u001b\r]/);
  output.say('to be removed:\n  one');
  expect(String(pipe.read())).toBe('to be removed:\n  one\n');
});

test('a row stays one line of the terminal: what may be shortened is, the rest never', () => {
  const { output, text } = terminal(60);
  const row = { name: 'payments.prod.3296858d2d8c', reason: 'the success rate was below its limit for three measurements in a row' };
  output.table([row], [{ title: 'Name', value: () => row.name }, { title: 'Reason', value: () => row.reason, clip: true }]);
  const lines = text().replace(/\u001b\[[0-9;]{1,10}m/g, '').trimEnd().split('\n');
  expect(lines.every((line) => line.length <= 60)).toBe(true);
  expect(lines[1]).toMatch(/^payments\.prod\.3296858d2d8c {2}the success rate .*…$/);
});

test('two columns that may be shortened share what the others leave, and amounts stand at their last digit', () => {
  const { output, text } = terminal(80);
  const rows = [{ name: 'module.service["storefront"].aws_ecs_service.this', cost: '60.28', how: 'by usage: '.repeat(12) }, { name: 'aws_lb.public', cost: '1,029.35', how: '' }];
  output.table(rows, [{ title: 'Resource', value: (row) => row.name, clip: true }, { title: 'Cost', value: (row) => row.cost, right: true }, { title: 'How', value: (row) => row.how, clip: true }]);
  const lines = text().replace(/\u001b\[[0-9;]{1,10}m/g, '').trimEnd().split('\n');
  expect(lines[1]).toMatch(/^module\.service\["storefront"\]\.aws_….{5}60\.28  by usage: by usage: .*…$/);
  expect(lines[2]).toMatch(/^aws_lb\.public {23}1,029\.35$/);
  expect(lines[1]).toHaveLength(80);
});

test('a table without rows has no header either', () => {
  const { output, text } = terminal();
  output.table([], [{ title: 'Name', value: () => '' }]);
  expect(text()).toBe('');
});
