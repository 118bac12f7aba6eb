/**
 * The syntax tree of HCL, native and JSON: what the parser gives and everything else reads.
 *
 * Every node carries its exact place as offsets into the file's text (UTF-16 code units, `end`
 * exclusive); lines and columns are worked out only when somebody asks. The tree keeps no copy of the
 * text, and printing takes the text of the tokens, so that what was not edited is byte for byte the same.
 * Semantics follow the HCL syntax-agnostic and native-syntax specifications (github.com/hashicorp/hcl).
 */
export interface Span {
  start: number;
  end: number;
}

export interface Body extends Span {
  kind: 'body';
  items: BodyItem[];
}

export type BodyItem = Attribute | Block;

export interface Attribute extends Span {
  kind: 'attribute';
  name: string;
  nameSpan: Span;
  expression: Expression;
}

export interface Block extends Span {
  kind: 'block';
  type: string;
  typeSpan: Span;
  labels: Label[];
  body: Body;
}

export interface Label extends Span {
  value: string;
  quoted: boolean;
}

export type Expression =
  | NumberLiteral
  | BooleanLiteral
  | NullLiteral
  | Template
  | VariableReference
  | AttributeAccess
  | Index
  | Splat
  | FunctionCall
  | Conditional
  | Unary
  | Binary
  | TupleConstructor
  | ObjectConstructor
  | ForTuple
  | ForObject
  | Parentheses
  | InvalidExpression;

/** `text` is as written: `0x` does not exist in HCL, `1e3` and `1.50` do. */
export interface NumberLiteral extends Span {
  kind: 'number';
  text: string;
}

export interface BooleanLiteral extends Span {
  kind: 'boolean';
  value: boolean;
}

export interface NullLiteral extends Span {
  kind: 'null';
}

/**
 * A quoted string, a heredoc, or a string of the JSON syntax. Escapes, trim marks and the dedent of
 * `<<-` have been applied to the literal parts. Exactly one `interpolation` part and nothing else is
 * a wrapper that keeps the type of its expression; no parts is the empty string.
 */
export interface Template extends Span {
  kind: 'template';
  form: 'quoted' | 'heredoc' | 'indented-heredoc' | 'json';
  parts: TemplatePart[];
}

export type TemplatePart = TemplateText | TemplateInterpolation | TemplateIf | TemplateFor;

export interface TemplateText extends Span {
  kind: 'text';
  value: string;
}

export interface TemplateInterpolation extends Span {
  kind: 'interpolation';
  expression: Expression;
}

export interface TemplateIf extends Span {
  kind: 'if-directive';
  condition: Expression;
  then: TemplatePart[];
  otherwise: TemplatePart[];
}

export interface TemplateFor extends Span {
  kind: 'for-directive';
  keyName?: string;
  valueName: string;
  collection: Expression;
  parts: TemplatePart[];
}

/** The root of a traversal: `var`, `local`, `aws_instance`, a `for` variable. */
export interface VariableReference extends Span {
  kind: 'variable';
  name: string;
}

export interface AttributeAccess extends Span {
  kind: 'attribute-access';
  source: Expression;
  name: string;
  nameSpan: Span;
}

/** `a[k]`, or with `legacy` the old `a.0`. */
export interface Index extends Span {
  kind: 'index';
  source: Expression;
  key: Expression;
  legacy: boolean;
}

/** `a.*.b.c` (style `attribute`) or `a[*].b[0]` (style `full`); `steps` apply to each element. */
export interface Splat extends Span {
  kind: 'splat';
  style: 'attribute' | 'full';
  source: Expression;
  steps: SplatStep[];
}

export type SplatStep =
  | ({ kind: 'attribute-step'; name: string } & Span)
  | ({ kind: 'index-step'; key: Expression; legacy: boolean } & Span)
  /** A splat inside of a full one, `a[*].b[*].c`: makes a list of each element's list. */
  | ({ kind: 'splat-step'; style: 'attribute' | 'full'; steps: SplatStep[] } & Span);

/** `name` may be namespaced: `provider::aws::arn_parse`, `core::upper`. */
export interface FunctionCall extends Span {
  kind: 'call';
  name: string;
  nameSpan: Span;
  arguments: Expression[];
  /** The last argument was followed by `...`. */
  expandFinal: boolean;
}

export interface Conditional extends Span {
  kind: 'conditional';
  condition: Expression;
  then: Expression;
  otherwise: Expression;
}

export interface Unary extends Span {
  kind: 'unary';
  operator: '!' | '-';
  operand: Expression;
}

export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '+' | '-' | '*' | '/' | '%';

export interface Binary extends Span {
  kind: 'binary';
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}

export interface TupleConstructor extends Span {
  kind: 'tuple';
  elements: Expression[];
}

/** With `bare`, the key was a plain identifier and means its own name, not a variable. */
export interface ObjectItem extends Span {
  key: Expression;
  bare: boolean;
  value: Expression;
}

export interface ObjectConstructor extends Span {
  kind: 'object';
  items: ObjectItem[];
}

export interface ForTuple extends Span {
  kind: 'for-tuple';
  keyName?: string;
  valueName: string;
  collection: Expression;
  value: Expression;
  condition?: Expression;
}

export interface ForObject extends Span {
  kind: 'for-object';
  keyName?: string;
  valueName: string;
  collection: Expression;
  key: Expression;
  value: Expression;
  /** `...`: values of equal keys are grouped into tuples. */
  grouped: boolean;
  condition?: Expression;
}

export interface Parentheses extends Span {
  kind: 'parentheses';
  inner: Expression;
}

/** What stands where an expression could not be read; an error of the file says why. */
export interface InvalidExpression extends Span {
  kind: 'invalid';
}
