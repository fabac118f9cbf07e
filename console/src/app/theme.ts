import {
  Alert,
  Badge,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Menu,
  Modal,
  Table,
  Tooltip,
} from '@mantine/core';

/** Indigo dye (藍): calm, and dark enough from shade 6 on for white text. */
const ai: MantineColorsTuple = [
  '#eef4fb',
  '#dbe6f3',
  '#b3cbe6',
  '#88aed9',
  '#6496cd',
  '#4c86c5',
  '#2f6cad',
  '#265c97',
  '#234b7a',
  '#183659',
];

/** Greys of the dark scheme, with a little blue in them. */
const dark: MantineColorsTuple = [
  '#dbe0e6',
  '#b6bfc9',
  '#a9b2bd',
  '#7b8692',
  '#3d4651',
  '#2f3741',
  '#20262e',
  '#191d23',
  '#14181d',
  '#101317',
];

const FONT =
  '-apple-system, BlinkMacSystemFont, "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", "Yu Gothic", Meiryo, "Segoe UI", system-ui, sans-serif';

export const theme = createTheme({
  colors: { ai, dark },
  primaryColor: 'ai',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK JP", monospace',
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Alert: Alert.extend({
      defaultProps: { variant: 'light' },
      classNames: { root: 'callout', title: 'callout-title', icon: 'callout-icon' },
    }),
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    Drawer: Drawer.extend({ styles: { title: { fontWeight: 650 } } }),
    // Without the placeholder a menu holds nothing but its items, as its role demands.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 1 } },
      styles: { title: { fontWeight: 650 } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'xs', horizontalSpacing: 'md' } }),
    Tooltip: Tooltip.extend({ defaultProps: { events: { hover: true, focus: true, touch: true }, multiline: true } }),
  },
});

/** Mantine's secondary text misses the contrast that WCAG AA asks for; these do not. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#4f5963',
    '--mantine-color-placeholder': '#667079',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': ai[7],
    '--tsukasa-canvas': '#f4f6f9',
    '--tsukasa-line': '#dde3ea',
    '--tsukasa-good': '#1a7f4b',
    '--tsukasa-warning': '#b25e00',
    '--tsukasa-bad': '#b42318',
    '--tsukasa-active': ai[6],
    '--tsukasa-quiet': '#6b7580',
  },
  dark: {
    '--mantine-color-body': '#191d23',
    '--mantine-color-text': '#dbe0e6',
    '--mantine-color-dimmed': '#a9b2bd',
    '--mantine-color-placeholder': '#929ba6',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-anchor': '#8fbcf0',
    '--mantine-color-default': '#232931',
    '--mantine-color-default-border': '#3d4651',
    '--mantine-color-default-hover': '#2b323c',
    '--tsukasa-canvas': '#12151a',
    '--tsukasa-line': '#2c343e',
    '--tsukasa-good': '#4ccf8b',
    '--tsukasa-warning': '#f0a94a',
    '--tsukasa-bad': '#ff8a80',
    '--tsukasa-active': '#6fa8e8',
    '--tsukasa-quiet': '#8b95a1',
  },
});
