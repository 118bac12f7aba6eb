/** The part of an address after `?`, changed: what becomes empty is left out, so that addresses stay short. Pure. */
export function changedSearch<Search extends object>(present: Search, change: { [Name in keyof Search]?: Search[Name] | undefined }): Search {
  return Object.fromEntries(Object.entries({ ...present, ...change }).filter(([, value]) => value !== '' && value !== undefined)) as Search;
}
