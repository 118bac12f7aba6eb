/**
 * Puts generated documentation between markers of a README and leaves everything else as it is.
 *
 * The markers are terraform-docs', so that a repository can change over without touching its READMEs.
 * A README without markers gets them at its end; a file that is not there is written whole.
 */
import { PlatformError } from '../../domain/error.ts';

const BEGIN = '<!-- BEGIN_TF_DOCS -->';
const END = '<!-- END_TF_DOCS -->';

/** The README's new text. Throws ROADBED-8060 when one marker stands without the other, or before it. */
export function injectDocumentation(readme: string | undefined, generated: string, file: string, title: string): string {
  const newline = readme?.includes('\r\n') === true ? '\r\n' : '\n';
  const body = `${BEGIN}\n${generated.trimEnd()}\n${END}`.replace(/\n/g, newline);
  if (readme === undefined || readme.trim() === '') return `# ${title}${newline}${newline}${body}${newline}`;
  const begin = readme.indexOf(BEGIN);
  const end = begin < 0 ? readme.indexOf(END) : readme.indexOf(END, begin);
  if (begin < 0 && end < 0) return `${readme.trimEnd()}${newline}${newline}${body}${newline}`;
  if (begin < 0 || end < 0) {
    throw new PlatformError({
      code: 'ROADBED-8060',
      class: 'invalid',
      message: `${file} has ${begin < 0 ? 'an end' : 'a beginning'} of generated documentation without ${begin < 0 ? 'a beginning' : 'an end'}`,
      why: `${begin < 0 ? END : BEGIN} stands in line ${readme.slice(0, begin < 0 ? end : begin).split('\n').length}, ${begin < 0 ? BEGIN : END} does not follow`,
      next: `put "${begin < 0 ? BEGIN : END}" where it belongs, or remove the marker that is there`,
    });
  }
  return readme.slice(0, begin) + body + readme.slice(end + END.length);
}
