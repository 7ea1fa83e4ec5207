//! Which columns a list has, what they are called, and where each stands.
//!
//! Drawing and mouse hits both call [`placed`], so they cannot disagree.

use crate::index::schema::{Class, FIELDS, Field};
use crate::pivot::tally;
use crate::view::screen::Heading;

/// The fewest columns of a heading that takes what is left.
const LEAST: u16 = 6;
/// Below this many, wider columns give some of theirs.
const COMFORT: u16 = 14;
/// How wide a column can be made.
const WIDTHS: (u16, u16) = (1, 200);

/// A column of the event list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by its heading")]
pub enum ListColumn {
    Time,
    Delta,
    Verb,
    Who,
    What,
    Error,
    Target,
    /// Any other field of the field table.
    Other(Field),
}

impl ListColumn {
    /// The column of a field.
    pub const fn of(field: Field) -> Self {
        match field {
            Field::Time => Self::Time,
            Field::Verb => Self::Verb,
            Field::Who => Self::Who,
            Field::What => Self::What,
            Field::Err => Self::Error,
            Field::Res => Self::Target,
            other => Self::Other(other),
        }
    }

    /// The field its cells stand for; the delta stands for none.
    pub const fn field(self) -> Option<Field> {
        Some(match self {
            Self::Time => Field::Time,
            Self::Delta => return None,
            Self::Verb => Field::Verb,
            Self::Who => Field::Who,
            Self::What => Field::What,
            Self::Error => Field::Err,
            Self::Target => Field::Res,
            Self::Other(field) => field,
        })
    }

    /// Its name where it is chosen and written down: its field's, or `delta`.
    pub fn name(self) -> &'static str {
        self.field().map_or("delta", Field::name)
    }

    /// The column of a name.
    pub fn named(name: &str) -> Option<Self> {
        if name == "delta" {
            return Some(Self::Delta);
        }
        let column = Self::of(Field::named(name)?);
        Self::all().any(|known| known == column).then_some(column)
    }

    /// Every column there can be, the usual ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        use ListColumn::{Delta, Error, Target, Time, Verb, What, Who};
        let usual = [Time, Delta, Verb, Who, What, Error, Target];
        let others = FIELDS
            .iter()
            .filter(|spec| spec.listed || tally::is_countable(spec.field))
            .map(|spec| Self::of(spec.field))
            .filter(move |column| !usual.contains(column));
        usual.into_iter().chain(others)
    }

    fn title(self) -> String {
        match self {
            Self::Time => "TIME".to_owned(),
            Self::Delta => "+".to_owned(),
            Self::Verb => "V".to_owned(),
            Self::Error => "ERROR".to_owned(),
            Self::Target => "TARGET".to_owned(),
            other => other.name().to_uppercase(),
        }
    }

    /// The columns of cells it takes where nobody said how many; times take `time`.
    fn usual_width(self, time: u16) -> u16 {
        match self {
            Self::Time => time,
            Self::Delta => 5,
            Self::Verb => 1,
            Self::Who | Self::What | Self::Target => 24,
            Self::Error => 16,
            Self::Other(Field::Acct | Field::AcctCaller | Field::AcctRecipient) => 12,
            Self::Other(Field::Key) => 20,
            Self::Other(Field::Id) => 36,
            Self::Other(Field::Region) => 14,
            Self::Other(field) => match field.spec().class {
                Class::Bool => field.name().len() as u16,
                Class::Address => 15,
                Class::Number => 8,
                Class::Name | Class::Text => 24,
                _ => 16,
            }
            .max(field.name().len() as u16),
        }
    }
}

/// A column that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The column.
    pub column: ListColumn,
    /// The columns of cells it takes.
    pub width: u16,
}

impl Chosen {
    /// A column as wide as usual.
    pub fn of(column: ListColumn, time: u16) -> Self {
        Self {
            column,
            width: column.usual_width(time),
        }
    }

    /// The same made wider, or narrower.
    #[must_use]
    pub fn resized(self, by: i16) -> Self {
        let width = self.width.saturating_add_signed(by);
        Self {
            width: width.clamp(WIDTHS.0, WIDTHS.1),
            ..self
        }
    }
}

/// Columns as they are written down: `time:14,who:20,acct:12`.
pub fn text(columns: &[Chosen]) -> String {
    let texts = columns
        .iter()
        .map(|c| format!("{}:{}", c.column.name(), c.width));
    texts.collect::<Vec<_>>().join(",")
}

/// What [`text`] wrote; columns of later versions are passed over.
pub fn parse(text: &str) -> Vec<Chosen> {
    let mut columns: Vec<Chosen> = Vec::new();
    for part in text.split(',') {
        let (name, width) = part.split_once(':').unwrap_or((part, ""));
        let Some(column) = ListColumn::named(name) else {
            continue;
        };
        let usual = column.usual_width(14);
        let width = width.parse().unwrap_or(usual).clamp(WIDTHS.0, WIDTHS.1);
        if columns.iter().all(|c| c.column != column) {
            columns.push(Chosen { column, width });
        }
    }
    columns
}

/// The columns a list of `width` cells has unless others are chosen; times take `time` cells, and
/// the last column what is left (0).
pub fn usual(width: u16, time: u16) -> Vec<Chosen> {
    use ListColumn::{Delta, Error, Target, Time, Verb, What, Who};
    let columns: &[(ListColumn, u16)] = match width {
        110.. => &[
            (Time, time),
            (Delta, 5),
            (Verb, 1),
            (Who, 28),
            (What, 27),
            (Error, 16),
            (Target, 0),
        ],
        88..110 => &[
            (Time, time),
            (Delta, 5),
            (Verb, 1),
            (Who, 20),
            (What, 24),
            (Error, 12),
            (Target, 0),
        ],
        64..88 => &[(Time, time), (Verb, 1), (Who, 16), (What, 20), (Target, 0)],
        _ => &[(Time, 8), (Verb, 1), (Who, 10), (What, 0)],
    };
    let chosen = columns.iter().map(|(column, width)| Chosen {
        column: *column,
        width: *width,
    });
    chosen.collect()
}

/// How many of the first columns are out of sight so that a focused one is in it.
pub fn scrolled(columns: &[Chosen], focused: usize, width: u16) -> usize {
    let focused = focused.min(columns.len().saturating_sub(1));
    let mut left = width;
    let mut first = focused;
    for (at, column) in columns.iter().enumerate().take(focused + 1).rev() {
        let wanted = column.width.max(LEAST.min(width)) + u16::from(at < focused);
        if wanted > left && at < focused {
            break;
        }
        left = left.saturating_sub(wanted);
        first = at;
    }
    first
}

/// The headings of columns; an arrow says how the list is sorted.
pub fn headings(columns: &[Chosen], sort: Option<(Field, bool)>) -> Vec<Heading> {
    let heading = |chosen: &Chosen| {
        let mut title = chosen.column.title();
        if let Some((field, descending)) = sort
            && chosen.column.field() == Some(field)
        {
            let arrow = if descending { '↓' } else { '↑' };
            // Where there is no room for both, the arrow says more.
            if chosen.width > 0 && usize::from(chosen.width) < title.len() + 2 {
                let room = usize::from(chosen.width).saturating_sub(1);
                title.truncate(room);
            } else {
                title.push(' ');
            }
            title.push(arrow);
        }
        Heading {
            title,
            width: chosen.width,
        }
    };
    columns.iter().map(heading).collect()
}

/// First column and width of each heading that fits.
///
/// Where the open columns would starve, the widest fixed ones give.
pub fn placed(headings: &[Heading], width: u16) -> Vec<(u16, u16)> {
    let mut widths: Vec<u16> = headings.iter().map(|h| h.width.min(width)).collect();
    let open = widths.iter().filter(|width| **width == 0).count() as u16;
    let spare = |widths: &[u16]| {
        let gap = |sum: u16, width: &u16| sum.saturating_add(width.saturating_add(1));
        (width + 1).saturating_sub(widths.iter().fold(0, gap)) / open.max(1)
    };
    while open > 0 && spare(&widths) < COMFORT {
        match widths.iter_mut().max() {
            Some(widest) if *widest > COMFORT => *widest -= 1,
            _ => break,
        }
    }
    let spare = spare(&widths);
    let (mut x, mut out) = (0u16, Vec::with_capacity(headings.len()));
    for (at, wish) in widths.iter().enumerate() {
        let left = width.saturating_sub(x);
        if left == 0 {
            break;
        }
        let wanted = match *wish {
            _ if at + 1 == widths.len() => left,
            0 => spare.max(LEAST),
            fixed => fixed,
        };
        let taken = wanted.min(left);
        out.push((x, taken));
        x = x.saturating_add(taken).saturating_add(1);
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn columns_fit_their_list() {
        for width in 20..220 {
            let columns = usual(width, 14);
            let fixed: u16 = columns.iter().map(|c| c.width + 1).sum();
            assert!(fixed < width.max(24), "{width}: {fixed}");
            assert_eq!(columns.last().map(|c| c.width), Some(0));
        }
    }

    #[test]
    fn every_listed_field_can_be_a_column_and_is_written_and_read() {
        let all: Vec<Chosen> = ListColumn::all().map(|c| Chosen::of(c, 14)).collect();
        for spec in FIELDS.iter().filter(|spec| spec.listed) {
            assert!(all.iter().any(|c| c.column.field() == Some(spec.field)));
        }
        assert_eq!(parse(&text(&all)), all);
        assert_eq!(parse("nonsense:3,who:0,who:9,delta"), {
            let who = Chosen {
                column: ListColumn::Who,
                width: 1,
            };
            let delta = Chosen {
                column: ListColumn::Delta,
                width: 5,
            };
            vec![who, delta]
        });
    }

    #[test]
    fn the_focused_column_is_in_sight() {
        let of = |width| Chosen {
            column: ListColumn::Who,
            width,
        };
        let columns = [of(10), of(10), of(10), of(30)];
        let first = |focused, width| scrolled(&columns, focused, width);
        assert_eq!((first(0, 40), first(2, 40), first(3, 80)), (0, 0, 0));
        assert_eq!((first(3, 40), first(3, 52), first(3, 8)), (3, 1, 3));
        assert_eq!(first(99, 41), 2);
    }

    #[test]
    fn an_arrow_says_how_the_list_is_sorted() {
        let columns = [ListColumn::Verb, ListColumn::Error].map(|c| Chosen::of(c, 8));
        let titles = |field, down| {
            let titles = headings(&columns, Some((field, down)));
            titles.into_iter().map(|h| h.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(Field::Verb, false), ["↑", "ERROR"]);
        assert_eq!(titles(Field::Err, true), ["V", "ERROR ↓"]);
    }

    /// A list's head of four columns, the last of them as wide as there is room.
    pub(crate) fn some() -> Vec<Heading> {
        let heading = |title: &str, width| Heading {
            title: title.to_owned(),
            width,
        };
        vec![
            heading("TIME", 8),
            heading("V", 1),
            heading("WHO", 7),
            heading("WHAT", 0),
        ]
    }

    #[test]
    fn columns_share_what_is_left() {
        assert_eq!(placed(&some(), 40), [(0, 8), (9, 1), (11, 7), (19, 21)]);
        assert_eq!(placed(&some(), 12), [(0, 8), (9, 1), (11, 1)]);
        assert_eq!(placed(&[], 12), []);
    }
}
