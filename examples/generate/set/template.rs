//! Texts with holes: `<bucket>` is this record's bucket, `<i+>` another instance each time,
//! `<[1,5>…<]>` is repeated one to five times with commas between.

use super::rng::Rng;
use super::things::{Record, Thing};

/// A text with holes, ready to be filled.
#[derive(Debug)]
pub struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(&'static str),
    Hole {
        thing: Thing,
        fresh: bool,
    },
    Repeat {
        low: usize,
        high: usize,
        inner: Template,
    },
}

impl Template {
    /// Reads a template. The tables are ours: an unknown hole ends the program.
    pub fn new(text: &'static str) -> Self {
        let mut rest = text;
        let template = Self::read(&mut rest);
        assert!(rest.is_empty(), "unbalanced repetition in {text}");
        template
    }

    fn read(rest: &mut &'static str) -> Self {
        let mut parts = Vec::new();
        while let Some(open) = rest.find('<') {
            if open > 0 {
                parts.push(Part::Text(&rest[..open]));
            }
            let close = open + rest[open..].find('>').expect("a hole ends with >");
            let name = &rest[open + 1..close];
            *rest = &rest[close + 1..];
            if name == "]" {
                return Self(parts);
            }
            if let Some(bounds) = name.strip_prefix('[') {
                let (low, high) = bounds.split_once(',').expect("two bounds");
                parts.push(Part::Repeat {
                    low: low.parse().expect("a number"),
                    high: high.parse().expect("a number"),
                    inner: Self::read(rest),
                });
                continue;
            }
            let (name, fresh) = name
                .strip_suffix('+')
                .map_or((name, false), |name| (name, true));
            parts.push(Part::Hole {
                thing: Thing::named(name),
                fresh,
            });
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
            *rest = "";
        }
        Self(parts)
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes it for one record.
    pub fn fill(&self, out: &mut Vec<u8>, record: &mut Record<'_>, rng: &mut Rng) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.extend_from_slice(text.as_bytes()),
                Part::Hole { thing, fresh } => record.write(out, *thing, *fresh, rng),
                Part::Repeat { low, high, inner } => {
                    // Short lists are the rule, long ones happen.
                    let times = low + rng.skewed(high - low + 1);
                    for time in 0..times {
                        if time > 0 {
                            out.push(b',');
                        }
                        inner.fill(out, record, rng);
                    }
                }
            }
        }
    }
}
