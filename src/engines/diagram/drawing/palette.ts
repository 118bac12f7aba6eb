/**
 * Colours, once for light and once for dark. Restrained: one accent a provider for glyphs, tints for the
 * exposure of subnets, grey for everything that only holds. All text has a contrast of 4.5 to 1 or more
 * on the surfaces that it stands on.
 */
export type ThemeName = 'light' | 'dark';

export const PROVIDERS = ['aws', 'google', 'azurerm', 'kubernetes', 'other'] as const;
export type ProviderColour = (typeof PROVIDERS)[number];

export const COLOURS: Record<ThemeName, Record<string, string>> = {
  light: {
    page: '#ffffff', ink: '#1b2430', muted: '#566273', card: '#ffffff', edge: '#c9d1db', shade: '#eef1f5', frame: '#b4bfcc', container: '#f7f9fb',
    aws: '#a34a08', google: '#2058b8', azurerm: '#0a6a7d', kubernetes: '#4a41b0', other: '#4d5b6b',
    'aws-soft': '#fdf1e4', 'google-soft': '#e8f0fd', 'azurerm-soft': '#e0f4f7', 'kubernetes-soft': '#eeedfb', 'other-soft': '#eef1f5',
    public: '#e9f6ec', private: '#e9f1fc', isolated: '#f3edfa', 'public-line': '#8cc59b', 'private-line': '#97b8e8', 'isolated-line': '#bfa3df', 'public-ink': '#1c6b33', 'private-ink': '#23539a', 'isolated-ink': '#6a3a9c',
    traffic: '#3f4d5f', access: '#7b4fb0', event: '#0b7a6b', name: '#7a8696', attachment: '#8793a3', dependency: '#8793a3',
    added: '#187a38', changed: '#9a6200', removed: '#b3261e', replaced: '#8a2f8f', onchange: '#ffffff', focus: '#1d5fd1',
  },
  dark: {
    page: '#0e131a', ink: '#e7ecf3', muted: '#a2aebd', card: '#19212b', edge: '#364352', shade: '#222c38', frame: '#4c5a6b', container: '#121922',
    aws: '#f2ae6d', google: '#8fb8fa', azurerm: '#63cde0', kubernetes: '#b0abf8', other: '#b3bfcd',
    'aws-soft': '#33251a', 'google-soft': '#1b2a45', 'azurerm-soft': '#123038', 'kubernetes-soft': '#272548', 'other-soft': '#262f3a',
    public: '#12251a', private: '#121f33', isolated: '#211833', 'public-line': '#336943', 'private-line': '#35558a', 'isolated-line': '#5d4288', 'public-ink': '#86d19b', 'private-ink': '#9cc0f5', 'isolated-ink': '#cbaeee',
    traffic: '#b8c4d2', access: '#bd9af0', event: '#58c9b8', name: '#8592a3', attachment: '#768494', dependency: '#768494',
    added: '#5fd083', changed: '#f0b84a', removed: '#ff8a80', replaced: '#e29ae6', onchange: '#0e131a', focus: '#7fb0ff',
  },
};

/** Which accent a provider has. */
export function providerColour(provider: string): ProviderColour {
  if (provider === 'awscc') return 'aws';
  if (provider.startsWith('google')) return 'google';
  if (provider.startsWith('azure') || provider === 'azapi') return 'azurerm';
  if (provider === 'helm' || provider === 'kubectl') return 'kubernetes';
  return PROVIDERS.find((name) => name === provider) ?? 'other';
}
