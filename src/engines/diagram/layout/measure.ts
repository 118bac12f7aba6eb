/**
 * The sizes of a diagram in pixels: one place, so that layout and drawing agree.
 *
 * Cards are wide rather than tall (glyph at the left, two lines at its right), since traffic flows from
 * left to right and a README is narrow; gutters grow with the lines that run in them.
 */
export const NODE_WIDTH = 152;
export const NODE_HEIGHT = 60;
/** Room at the left and right of a card's text, and the tile of the glyph. */
export const NODE_PADDING = 9;
export const TILE = 30;
/** How far the cards behind a stacked card reach out. */
export const STACK_DEPTH = 6;
export const LABEL_SIZE = 12;
export const SUBLABEL_SIZE = 10.5;
export const HEADER_SIZE = 12;
export const EDGE_LABEL_SIZE = 10.5;

/** Between two cards of a column; the chips of a card hang into it. */
export const ROW_GAP = 32;
export const GROUP_GAP = 24;
export const HEADER_HEIGHT = 30;
export const CONTENT_TOP = 14;
export const CONTENT_BOTTOM = 24;
export const PAGE_PADDING = 24;
export const EMPTY_GROUP_HEIGHT = 34;
export const GROUP_MINIMUM_WIDTH = 120;
export const HEADER_TEXT_MAXIMUM = 210;

/** Gutters: the least at the border of a group and between columns, the room of one line, of an arrow, of a label. */
export const BORDER_GUTTER = 16;
export const COLUMN_GUTTER = 40;
export const LANE = 9;
export const LANES_MAXIMUM = 160;
export const LANE_MARGIN = 10;
export const ARROW_ROOM = 13;
export const EDGE_LABEL_MAXIMUM = 104;
export const EDGE_LABEL_HEIGHT = 15;
export const EDGE_LABEL_PADDING = 4;
/** Between two lines that leave one side of a card. */
export const PORT_GAP = 16;
/** A line keeps these distances from what it passes: above a card (its count), below it (its chips), a group. */
export const PASSING_ABOVE = 10;
export const PASSING_BELOW = 13;
export const PASSING_GROUP = 7;
