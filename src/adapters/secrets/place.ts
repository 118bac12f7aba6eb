/** Where a box belongs, as text that its encryption is bound to; the same in TypeScript and in SQL. */
import type { SecretScope } from '../../ports/secrets.ts';

/** Parts never hold a line end, so the text is unambiguous. */
export function placeOfSecret(scope: SecretScope, name: string, version: number): string {
  return ['secret', scope.namespace, scope.environment, scope.service, name, String(version)].join('\n');
}
export const SECRET_PLACE_SQL = "concat_ws(E'\\n', 'secret', namespace, environment, service, name, version::text)";

export function placeOfSigningKey(id: string): string {
  return `signing key\n${id}`;
}
export const SIGNING_KEY_PLACE_SQL = "concat_ws(E'\\n', 'signing key', id)";
