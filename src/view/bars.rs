//! Where the words of the bars stand: screens, breadcrumbs, tabs of the detail.
//!
//! Drawing and mouse hits both call it, so they cannot disagree. Columns count from the bar's left.

use unicode_width::UnicodeWidthStr;

use crate::base::printable::Printable;
use crate::base::text::thousands;
use crate::view::screen::{ChipsView, ContextLine, Crumb, CrumbLine};

/// The program's name at the left of the first line, where there is room for it.
pub const NAME: &str = "trailhound";

/// A word of a bar: which one, its first column, the columns it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its place among the words.
    pub at: usize,
    /// First column.
    pub x: u16,
    /// Columns.
    pub width: u16,
}

impl Place {
    /// Whether it holds a column.
    pub const fn holds(&self, x: u16) -> bool {
        x >= self.x && x - self.x < self.width
    }
}

/// How the first line is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tabs {
    /// Whether the program's name stands before the screens.
    pub name: bool,
    /// Whether every screen's name is spelt out, not only the current one's.
    pub full: bool,
    /// The screens.
    pub places: Vec<Place>,
}

/// The screens of the first line in `width` columns.
pub fn tabs(view: &ContextLine, width: u16) -> Tabs {
    let tail = view.zone.width() + view.help.width() + 5;
    let names: usize = view.tabs.iter().map(|tab| tab.name.width() + 4).sum();
    let digits: usize = view.tabs.len() * 2;
    let (name, full) = match usize::from(width).saturating_sub(tail) {
        room if room >= names + NAME.len() + 3 => (true, true),
        room if room >= names => (false, true),
        room if room >= digits + NAME.len() + 16 => (true, false),
        _ => (false, false),
    };
    let mut x: u16 = if name { NAME.len() as u16 + 3 } else { 1 };
    let mut places = Vec::with_capacity(view.tabs.len());
    for (at, tab) in view.tabs.iter().enumerate() {
        let named = tab.name.width().min(20) as u16;
        let taken = match (tab.current, full) {
            (true, _) => named + 3,
            (false, true) => named + 2,
            (false, false) => 1,
        };
        let gap = u16::from(full && !tab.current);
        let x0 = x.saturating_add(gap);
        places.push(Place {
            at,
            x: x0,
            width: taken,
        });
        x = x0.saturating_add(taken).saturating_add(1);
    }
    Tabs { name, full, places }
}

/// How the breadcrumb line is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumbs {
    /// How many of the oldest places are left out.
    pub hidden: usize,
    /// The places shown; the current one with its brackets, with their counts where
    /// there is room.
    pub places: Vec<Place>,
    /// One past the last column they may take.
    pub end: u16,
}

/// The breadcrumbs in `width` columns, of which `tail` are taken at the right.
pub fn crumbs(view: &CrumbLine, width: u16, tail: u16) -> Crumbs {
    let end = width.saturating_sub(if tail > 0 { tail + 4 } else { 1 });
    let room = usize::from(end.saturating_sub(1));
    let mut needed: usize = view.crumbs.iter().map(|crumb| needed_for(crumb) + 3).sum();
    needed = needed.saturating_sub(3);
    let mut hidden = 0;
    while hidden + 1 < view.crumbs.len() && needed > room {
        let mark = if hidden == 0 { 4 } else { 0 };
        needed = needed + mark - needed_for(&view.crumbs[hidden]) - 3;
        hidden += 1;
    }
    let mut x: u16 = if hidden > 0 { 5 } else { 1 };
    let mut places = Vec::new();
    for (at, crumb) in view.crumbs.iter().enumerate().skip(hidden) {
        if at > hidden {
            x = x.saturating_add(3);
        }
        let left = usize::from(end.saturating_sub(x));
        let bracket = if crumb.current { 2 } else { 0 };
        let count = crumb_count(crumb, left).width();
        let label = left
            .saturating_sub(count + bracket)
            .min(crumb.label.width());
        let taken = (label + count + bracket).min(left) as u16;
        places.push(Place {
            at,
            x,
            width: taken,
        });
        x = x.saturating_add(taken);
    }
    Crumbs {
        hidden,
        places,
        end,
    }
}

/// What stands at the right end of the breadcrumbs in `width` columns: how far back and forward
/// they go.
pub fn crumb_tail(view: &CrumbLine, width: u16) -> Printable {
    let mut tail = Printable::default();
    if view.back > 0 {
        tail.push(&Printable::new(&format!("◂ {}", view.back)));
    }
    if let Some((steps, name)) = &view.forward {
        tail.push(&Printable::new(&format!("   ▸ {steps} ")));
        tail.push(&name.truncated(24));
    }
    tail.truncated(usize::from(width / 2))
}

/// The count behind a place's name; empty where `left` columns are too few for it.
pub fn crumb_count(crumb: &Crumb, left: usize) -> String {
    let count = counted(crumb);
    if left >= count.width() + 8 {
        count
    } else {
        String::new()
    }
}

/// The count of a place with a space before it; empty where it is not known.
fn counted(crumb: &Crumb) -> String {
    let mark = if crumb.at_least { "≥" } else { "" };
    let count = crumb.count.map(|n| format!(" {mark}{}", thousands(n)));
    count.unwrap_or_default()
}

/// Columns of a place without the arrow before it.
fn needed_for(crumb: &Crumb) -> usize {
    crumb.label.width() + counted(crumb).width() + if crumb.current { 2 } else { 0 }
}

/// The tabs of the detail that fit before column `end`; where not all do, the current one is the
/// first.
pub fn detail_tabs(names: &[&str], current: usize, end: u16) -> Vec<Place> {
    let all: usize = names.iter().map(|name| name.width() + 3).sum();
    let first = if all + 3 > usize::from(end) {
        current
    } else {
        0
    };
    let mut x = if first == current { 2 } else { 1 };
    let mut places = Vec::new();
    for (at, name) in names.iter().enumerate().skip(first) {
        let taken = name.width().min(40) as u16 + 2;
        if x + taken + 1 > end && at != current {
            break;
        }
        places.push(Place {
            at,
            x,
            width: taken.min(end.saturating_sub(x)),
        });
        x += taken;
    }
    places
}

/// Columns before the first term of the filter.
const CHIPS_FROM: u16 = 3;

/// The terms of the filter in `width` columns: each with a mark and a cross beside its text. Where
/// not all fit, the focused one is among those that do.
pub fn chips(view: &ChipsView, width: u16) -> Vec<Place> {
    let hidden = view.hidden.width() as u16;
    let end = width.saturating_sub(if hidden > 0 { hidden + 3 } else { 1 });
    let most = usize::from(end.saturating_sub(CHIPS_FROM)).max(12);
    let widths: Vec<usize> = view
        .chips
        .iter()
        .map(|c| (c.label.width() + 6).min(most))
        .collect();
    let focused = view.chips.iter().position(|c| c.focused).unwrap_or(0);
    let mut first = 0;
    let taken = |from: usize| -> usize {
        let upto = focused.min(widths.len().saturating_sub(1));
        widths
            .get(from..=upto)
            .map_or(0, |w| w.iter().map(|w| w + 1).sum())
    };
    while first < focused && usize::from(CHIPS_FROM) + taken(first) > usize::from(end) {
        first += 1;
    }
    let mut x = CHIPS_FROM;
    let mut places = Vec::new();
    for (at, width) in widths.iter().enumerate().skip(first) {
        let width = *width as u16;
        if x.saturating_add(width) > end {
            break;
        }
        places.push(Place { at, x, width });
        x += width + 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_stand_side_by_side_inside_the_bar(
            labels in prop::collection::vec("[a-z日 ]{0,20}", 1..9), width in 10u16..140, tail in 0u16..5
        ) {
            let crumbs_of = labels.iter().enumerate().map(|(i, label)| Crumb {
                label: Printable::new(label),
                count: Some(i as u64 * 1000),
                at_least: i % 2 > 0,
                current: i + 1 == labels.len(),
            });
            let view = CrumbLine { crumbs: crumbs_of.collect(), ..CrumbLine::default() };
            let laid = crumbs(&view, width, tail);
            prop_assert!(laid.places.windows(2).all(|p| p[0].x + p[0].width < p[1].x + 1));
            prop_assert!(laid.places.iter().all(|p| p.x + p.width <= width.max(5)));
            prop_assert_eq!(laid.places.last().map(|p| p.at), Some(labels.len() - 1));
        }
    }
}
