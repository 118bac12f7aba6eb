/** Apart from the other options, because every start of the program reads it. */
export const COST_FORMATS = ['table', 'json', 'csv', 'markdown', 'html', 'sarif'] as const;
export type CostFormat = (typeof COST_FORMATS)[number];
