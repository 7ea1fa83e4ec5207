//! Which pane gets which rectangle, from 40x12 up.
//!
//! A pure function of the size and of what is switched on: drawing and mouse hits both call it,
//! so they cannot disagree. Units are terminal cells.

/// The smallest screen that is drawn; below it one line says so.
pub const SMALLEST: Size = Size {
    width: 40,
    height: 12,
};
/// Below this width the facets hide.
pub const FACETS_FROM: u16 = 100;
/// Below this width the facets, while they have the focus, cover the whole list.
const FACETS_BESIDE_LIST_FROM: u16 = 72;
/// Columns of the facets where they show only while they have the focus.
const FACETS_OVER: u16 = 36;
/// Below this width the detail covers the list instead of sharing with it.
pub const DETAIL_BESIDE_LIST_FROM: u16 = 80;
/// From this width on the detail stands right of the list.
pub const DETAIL_RIGHT_FROM: u16 = 160;

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// Left column.
    pub x: u16,
    /// Top row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether it holds a cell.
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x < self.x + self.width && y < self.y + self.height
    }

    /// Whether it holds no cell.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Takes `rows` off the top.
    fn cut_top(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        let top = Self {
            height: rows,
            ..*self
        };
        self.y += rows;
        self.height -= rows;
        top
    }

    /// Takes `rows` off the bottom.
    fn cut_bottom(&mut self, rows: u16) -> Self {
        let rows = rows.min(self.height);
        self.height -= rows;
        Self {
            y: self.y + self.height,
            height: rows,
            ..*self
        }
    }

    /// Takes `columns` off the left.
    fn cut_left(&mut self, columns: u16) -> Self {
        let columns = columns.min(self.width);
        let left = Self {
            width: columns,
            ..*self
        };
        self.x += columns;
        self.width -= columns;
        left
    }
}

/// What is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The terms of the filter have a line.
    pub chips: bool,
    /// Facets at the left (`F2`).
    pub facets: bool,
    /// The detail pane (`F3`).
    pub detail: bool,
    /// The histogram (`i`).
    pub histogram: bool,
    /// A principal's or resource's portrait stands over the list, in place of the histogram.
    pub portrait: bool,
    /// The portrait is what the person looks at: it then takes most of the room.
    pub portrait_focused: bool,
    /// Events of the list: what a short one does not need, the portrait over it takes.
    pub events: usize,
    /// Detail right of the list (`F4` cycles: automatic, under, right).
    pub detail_right: Option<bool>,
    /// The detail is what the person looks at: below 80 columns it then covers the list.
    pub detail_focused: bool,
    /// The facets are what the person looks at: below 100 columns they then cover a part of the
    /// list, or all of it.
    pub facets_focused: bool,
}

/// Every pane's rectangle; an empty one is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Panes {
    /// Screens, time zone, help hint.
    pub context: Area,
    /// Where the person came from.
    pub crumbs: Area,
    /// The filter with count and time.
    pub filter: Area,
    /// The terms of the filter, and what is hidden.
    pub chips: Area,
    /// Events over time: bars and one axis line.
    pub histogram: Area,
    /// A principal or resource in full.
    pub portrait: Area,
    /// Values with counts.
    pub facets: Area,
    /// Title line and rows of the event list.
    pub list: Area,
    /// Tabs line and lines of one event.
    pub detail: Area,
    /// Loading, counts, messages.
    pub status: Area,
    /// Keys of the focused pane.
    pub hints: Area,
}

/// Lays the panes out. A screen smaller than [`SMALLEST`] gets none.
pub fn panes(size: Size, shape: Shape) -> Panes {
    let mut panes = Panes::default();
    if size.width < SMALLEST.width || size.height < SMALLEST.height {
        return panes;
    }
    let mut rest = Area {
        x: 0,
        y: 0,
        width: size.width,
        height: size.height,
    };
    panes.context = rest.cut_top(1);
    if size.height >= 16 {
        panes.crumbs = rest.cut_top(1);
    }
    panes.filter = rest.cut_top(1);
    if shape.chips && size.height >= 16 {
        panes.chips = rest.cut_top(1);
    }
    if size.height >= 18 {
        panes.hints = rest.cut_bottom(1);
    }
    panes.status = rest.cut_bottom(1);
    if shape.portrait && rest.height >= 10 {
        let most = rest.height * 3 / 4;
        let rows = if shape.portrait_focused {
            most
        } else if shape.detail {
            rest.height / 2
        } else {
            // Title and headings, and before each event a line that tells of quiet.
            let list = u16::try_from(2 * shape.events + 2).unwrap_or(u16::MAX);
            rest.height
                .saturating_sub(list)
                .clamp(rest.height / 2, most)
        };
        panes.portrait = rest.cut_top(rows);
    } else if shape.portrait && shape.portrait_focused {
        // Without room for both it covers the list while it has the focus.
        let rows = rest.height;
        panes.portrait = rest.cut_top(rows);
    } else if shape.histogram && size.height >= 20 {
        panes.histogram = rest.cut_top(if size.height >= 30 { 5 } else { 4 });
    }
    if shape.facets && !shape.portrait && size.width >= FACETS_FROM {
        panes.facets = rest.cut_left((size.width / 5).clamp(26, 40));
    } else if shape.facets && !shape.portrait && shape.facets_focused {
        let columns = if size.width >= FACETS_BESIDE_LIST_FROM {
            FACETS_OVER
        } else {
            size.width
        };
        panes.facets = rest.cut_left(columns);
    }
    if shape.detail {
        if rest.is_empty() {
            // The portrait or the facets have it all.
        } else if size.width < DETAIL_BESIDE_LIST_FROM {
            if shape.detail_focused {
                panes.detail = rest;
                rest.height = 0;
            }
        } else if shape
            .detail_right
            .unwrap_or(size.width >= DETAIL_RIGHT_FROM)
        {
            let list = rest.cut_left(rest.width * 11 / 20);
            panes.detail = rest;
            rest = list;
        } else {
            let rows = if shape.detail_focused {
                rest.height * 3 / 5
            } else {
                rest.height * 2 / 5
            };
            panes.detail = rest.cut_bottom(rows);
        }
    }
    panes.list = rest;
    panes
}

/// Columns left of the plot, for its figures.
const GUTTER: u16 = 7;
/// Columns right of the plot, for its legend.
const LEGEND: u16 = 18;

/// The bars of the histogram: without figures, axis and legend. As wide as it has columns.
pub fn plot(histogram: Area) -> Area {
    let mut rest = histogram;
    rest.cut_left(GUTTER);
    rest.cut_bottom(1);
    let legend = if histogram.width >= 96 { LEGEND } else { 1 };
    rest.width = rest.width.saturating_sub(legend);
    rest
}

/// The rows of the event list: without title, headings, pointer and scrollbar.
pub fn list_rows(list: Area) -> Area {
    let mut rest = list;
    rest.cut_top(if list.height >= 5 { 2 } else { 1 });
    rest.cut_left(1);
    rest.width = rest.width.saturating_sub(1);
    rest
}

/// The lines of the facets: without title line and the rule at the right.
pub fn facet_lines(facets: Area) -> Area {
    let mut rest = facets;
    rest.cut_top(1);
    rest.width = rest.width.saturating_sub(1);
    rest
}

/// The lines of the detail: without the tabs and, where there is room, the line with the path.
pub fn detail_lines(detail: Area) -> Area {
    let mut rest = detail;
    rest.cut_top(1);
    if detail.height >= 8 {
        rest.cut_bottom(1);
    }
    rest
}

/// The frame of a picker of `rows` entries, with a line to type or without.
pub fn picker(size: Size, rows: usize, input: bool) -> Area {
    let width = size.width.saturating_sub(4).min(84);
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let room = size.height.saturating_sub(4);
    let around = if input { 4 } else { 2 };
    let height = rows.max(1).saturating_add(around).min(room);
    Area {
        x: (size.width - width) / 2,
        y: 2.min(size.height.saturating_sub(height)),
        width,
        height,
    }
}

/// The entries of a picker inside its frame: under the line to type where there is one.
pub fn picker_rows(frame: Area, input: bool) -> Area {
    let mut rest = inside(frame);
    rest.cut_top(if input { 2 } else { 0 });
    rest
}

/// The frame of lines to read and of the help.
pub fn pages(size: Size) -> Area {
    let (dx, dy) = if size.width >= 100 { (4, 2) } else { (1, 1) };
    Area {
        x: dx.min(size.width),
        y: dy.min(size.height),
        width: size.width.saturating_sub(2 * dx),
        height: size.height.saturating_sub(2 * dy),
    }
}

/// The lines to read inside their frame, without the foot.
pub fn pages_lines(frame: Area) -> Area {
    let mut rest = inside(frame);
    rest.cut_bottom(1);
    rest
}

/// What lies below the first `rows` of an area.
pub fn below(mut area: Area, rows: u16) -> Area {
    area.cut_top(rows);
    area
}

/// What a frame of one cell leaves.
fn inside(frame: Area) -> Area {
    Area {
        x: frame.x.saturating_add(1),
        y: frame.y.saturating_add(1),
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(p: &Panes) -> [Area; 11] {
        [
            p.context,
            p.crumbs,
            p.filter,
            p.chips,
            p.histogram,
            p.portrait,
            p.facets,
            p.list,
            p.detail,
            p.status,
            p.hints,
        ]
    }

    proptest! {
        #[test]
        fn panes_tile_the_screen(
            width in 0u16..300, height in 0u16..100, bits in any::<u8>(), right in prop::option::of(any::<bool>()),
            events in prop_oneof![0usize..40, Just(usize::MAX / 4)],
        ) {
            let bit = |n: u8| bits >> n & 1 == 1;
            let shape = Shape {
                facets: bit(0), detail: bit(1), histogram: bit(2), portrait: bit(3),
                detail_focused: bit(4), portrait_focused: bit(5), detail_right: right,
                facets_focused: bit(6), chips: bit(7), events,
            };
            let p = panes(Size { width, height }, shape);
            let cells: u32 = all(&p).iter().map(|a| u32::from(a.width) * u32::from(a.height)).sum();
            let whole = u32::from(width) * u32::from(height);
            let fits = width >= SMALLEST.width && height >= SMALLEST.height;
            prop_assert_eq!(cells, if fits { whole } else { 0 });
            prop_assert!(all(&p).iter().all(|a| a.x + a.width <= width && a.y + a.height <= height));
        }
    }

    #[test]
    fn what_is_inside_a_pane_stays_inside() {
        for (width, height) in [(0, 0), (1, 1), (5, 3), (40, 12), (95, 4), (300, 100)] {
            let pane = Area {
                x: 2,
                y: 3,
                width,
                height,
            };
            let size = Size { width, height };
            for inner in [
                plot(pane),
                list_rows(pane),
                facet_lines(pane),
                detail_lines(pane),
                picker_rows(pane, true),
                pages_lines(pane),
            ] {
                assert!(
                    inner.x + inner.width <= 2 + width.max(2),
                    "{pane:?} {inner:?}"
                );
                assert!(
                    inner.y + inner.height <= 3 + height.max(2),
                    "{pane:?} {inner:?}"
                );
            }
            for frame in [picker(size, 99, true), pages(size)] {
                assert!(frame.x + frame.width <= width, "{size:?} {frame:?}");
                assert!(frame.y + frame.height <= height, "{size:?} {frame:?}");
            }
        }
    }

    #[test]
    fn a_portrait_takes_what_a_short_list_does_not_need() {
        let shape = |events| Shape {
            chips: false,
            facets: false,
            detail: false,
            histogram: true,
            portrait: true,
            portrait_focused: false,
            events,
            detail_right: None,
            detail_focused: false,
            facets_focused: false,
        };
        let size = Size {
            width: 120,
            height: 36,
        };
        let at = |events| panes(size, shape(events));
        assert_eq!(at(1_000_000).portrait.height, at(20).portrait.height);
        assert!(at(2).portrait.height > at(1_000_000).portrait.height);
        assert!(at(4).list.height >= 10 && at(0).list.height >= 6);
    }

    #[test]
    fn narrow_screens_drop_what_the_paper_says() {
        let shape = Shape {
            chips: false,
            facets: true,
            detail: true,
            histogram: true,
            portrait: false,
            portrait_focused: false,
            events: 0,
            detail_right: None,
            detail_focused: false,
            facets_focused: false,
        };
        let at = |width, height| panes(Size { width, height }, shape);
        assert!(at(99, 36).facets.is_empty() && !at(100, 36).facets.is_empty());
        assert!(at(79, 24).detail.is_empty() && !at(80, 24).detail.is_empty());
        assert!(at(160, 40).detail.x > 0 && at(120, 36).detail.y > at(120, 36).list.y);
        assert_eq!(at(39, 12), Panes::default());
        assert!(at(40, 12).list.height >= 8);
    }
}
