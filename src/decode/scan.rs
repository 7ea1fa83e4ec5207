//! One pass over one JSON object: checks the grammar and takes out what the index keeps.
//!
//! No tree, no recursion, no copy of text without escapes. Strict where `serde_json` is, except for
//! lone surrogates, numbers of any size, any depth up to [`DEEPEST`] and bytes that are not UTF-8;
//! each of those leaves a mark. Knows nothing of files, containers or what stands around the object.

#![expect(
    clippy::inline_always,
    reason = "measured: the pass is a third slower when these are calls"
)]

use crate::decode::fields::Area;
use crate::decode::fields::Place;
use crate::decode::fields::Slot;
use crate::decode::fields::slot;
use crate::decode::hash::Keys;
use crate::decode::known::Guess;
use crate::decode::known::Known;
use crate::decode::leaves::Gathered;
use crate::decode::leaves::Leaves;
use crate::decode::lex::Stop;
use crate::decode::lex::Token;
use crate::decode::lex::byte;
use crate::decode::lex::is_out_of_range;
use crate::decode::lex::literal;
use crate::decode::lex::number;
use crate::decode::lex::skip_space;
use crate::decode::marks::Marks;
use crate::decode::scanned::Input;
use crate::decode::scanned::Rooms;
use crate::decode::scanned::Scanned;
use crate::decode::scanned::room_of;
use crate::decode::settle::finish;
use crate::decode::settle::gather;
use crate::decode::settle::push;
use crate::decode::settle::push_owned;
use crate::decode::settle::set_literal;
use crate::decode::settle::set_number;
use crate::decode::settle::set_text;
use crate::decode::settle::text_of;
use crate::decode::settle::wrong_type;
use crate::decode::stops::Stops;
use crate::decode::stops::string_at;
use crate::decode::text;
use crate::decode::trail::Next;
use crate::decode::trail::Trails;
use crate::decode::trail::Turn;
use crate::event::derive;
use crate::event::keys;
use crate::event::keys::Key;
use crate::event::keys::Param;
use crate::event::record::Content;
use crate::event::record::Text;
use crate::event::resource::Class;
use crate::event::resource::Naming;
use crate::event::resource::arns_in;
use crate::event::resource::id_class;
use crate::event::resource::may_hold_arn;

/// Levels past this are marked: no viewer should recurse into them.
const DEEP: usize = 127;

/// Levels past this are not read: each costs memory, and no record is this deep but on purpose.
pub(crate) const DEEPEST: usize = 1 << 18;

/// Resources kept of one record.
const MOST_RESOURCES: usize = derive::MOST_RESOURCES;

/// Parameters looked at of one record.
const MOST_PARAMS: usize = 4 * MOST_RESOURCES;

/// Objects with more keys than this are checked for double keys by sorting.
const FEW_KEYS: usize = 128;

#[derive(Debug, Clone, Copy)]
struct Frame {
    sum: u64,
    key: u64,
    bloom: u64,
    keys_from: u32,
    count: u32,
    area: Area,
    slot: Slot,
    object: bool,
    /// The parameter whose value comes; of a list the parameter it is the value of.
    param: Key,
    /// The parameter this object is the value of.
    inside: Key,
}

impl Frame {
    const fn new(area: Area, object: bool, keys_from: u32) -> Self {
        Self {
            sum: 0,
            key: 0,
            bloom: 0,
            keys_from,
            count: 0,
            area,
            slot: Slot::Unknown,
            object,
            param: Key::NONE,
            inside: Key::NONE,
        }
    }

    #[inline]
    const fn place(&self) -> Place {
        Place {
            area: self.area,
            slot: self.slot,
            param: self.param,
            inside: self.inside,
        }
    }
}

/// The scanner's memory, used again for every record.
#[derive(Debug)]
pub(crate) struct Scanner {
    hash: Keys,
    stops: Stops,
    known: Known,
    trails: Trails,
    names: keys::Keys,
    careful: bool,
    /// Whether keys and strings are gathered, what was, and the known keys that were told of this
    /// file already.
    gather: bool,
    leaves: Gathered,
    /// Whether resources are looked for.
    resources: bool,
    frames: Vec<Frame>,
    keys: Vec<u64>,
    scratch: Vec<u8>,
    rooms: Rooms,
}

impl Scanner {
    /// A scanner.
    pub(crate) fn new() -> Self {
        Self {
            hash: Keys::get(),
            stops: Stops::new(),
            known: Known::new(),
            trails: Trails::new(),
            names: keys::Keys::get(),
            careful: false,
            gather: false,
            resources: true,
            leaves: Gathered::default(),
            frames: Vec::new(),
            keys: Vec::new(),
            scratch: Vec::new(),
            rooms: Rooms::default(),
        }
    }

    /// Begins with another file. A careful scan works out what tells copies written differently
    /// at once, since the records cannot cheaply be read again.
    pub(crate) fn begin(&mut self, careful: bool, gather: bool, resources: bool) {
        if gather && !self.gather {
            // Identities learnt without their leaves are of no use.
            self.known.clear();
        }
        if resources != self.resources {
            // Keys are told by what is looked for.
            self.trails.clear();
        }
        self.careful = careful;
        self.gather = gather;
        self.resources = resources;
        self.forget();
    }

    /// Takes back the room of a record that nobody needs any more.
    pub(crate) fn reclaim(&mut self, scanned: &mut Scanned<'_>) {
        self.rooms.resources = room_of(&mut scanned.record.resources);
        if let Some(params) = &mut scanned.record.params {
            self.rooms.params = room_of(params);
        }
    }

    /// The keys and values of the record scanned last, where they are gathered.
    pub(crate) fn leaves(&self) -> Option<Leaves<'_>> {
        self.gather.then(|| Leaves::of(&self.leaves, &self.trails))
    }

    /// Forgets the text it has seen; to be called when the text under the positions changes.
    pub(crate) fn forget(&mut self) {
        self.stops.forget();
    }

    /// Reads the object (or array, which is never a record) whose bracket stands at `start`.
    ///
    /// With `tap` an object that has not named itself a record and holds an array of records stops
    /// the scan there, so that such a file need not be held in memory.
    pub(crate) fn scan<'a>(
        &mut self,
        input: &Input<'a>,
        start: usize,
        tap: bool,
    ) -> Result<Scanned<'a>, Stop> {
        if self.careful {
            return self.pass::<true>(input, start, tap);
        }
        let follows = self.trails.begin();
        let mut scanned = Scanned::default();
        if !follows || !self.follow(input, start, &mut scanned) {
            if follows {
                self.trails.draft.begin(start);
            } else {
                self.trails.draft.drop();
            }
            scanned = self.pass::<false>(input, start, tap)?;
        }
        let raw = input.get(start, scanned.end);
        scanned.record.content = if scanned.record.event_id.is_none() {
            // Nothing but its content tells such a record from others.
            Content::Canonical(self.canonical(raw).unwrap_or_default())
        } else {
            Content::Raw(self.hash.raw(raw))
        };
        Ok(scanned)
    }

    /// A hash of what an object says, whatever its key order and white space; `None` where it is
    /// none.
    pub(crate) fn canonical(&mut self, object: &[u8]) -> Option<u64> {
        let input = Input::new(object, 0);
        let gather = std::mem::take(&mut self.gather);
        self.stops.forget();
        let pass = self.pass::<true>(&input, 0, false);
        self.stops.forget();
        self.gather = gather;
        match pass.ok()?.record.content {
            Content::Canonical(hash) => Some(hash),
            Content::Raw(_) => None,
        }
    }

    fn begin_record(&mut self, start: usize, out: &mut Scanned<'_>) {
        if self.gather {
            self.leaves.begin(start);
        }
        if self.resources {
            out.record.resources = room_of(&mut self.rooms.resources);
            out.record.params = Some(room_of(&mut self.rooms.params));
        }
    }

    fn end_record<'a>(
        &self,
        out: &mut Scanned<'a>,
        input: &Input<'a>,
        (start, end): (usize, usize),
        plain: bool,
    ) {
        if self.resources {
            gather(out);
        }
        finish(out, input, start, end, plain);
    }

    /// Reads an object along a path that another took; `false` where it leaves every path, which
    /// says nothing about it.
    fn follow<'a>(&mut self, input: &Input<'a>, start: usize, out: &mut Scanned<'a>) -> bool {
        let bytes = input.bytes;
        self.begin_record(start, out);
        if self.gather {
            self.leaves.follow(self.trails.number());
        }
        let mut at = start;
        let mut learning = None;
        // What lies between values is plain, or it would not have been learnt.
        let mut odd = false;
        while let Some(way) = self.trails.step(bytes, at) {
            if way.told {
                for literal in self.trails.literals() {
                    if literal.slot != Slot::Unknown {
                        set_literal(literal.slot, literal.first, out);
                    }
                    if self.gather && literal.first != b'n' {
                        match literal.kept {
                            Some((from, to)) => {
                                self.leaves.add(at + from as usize, at + to as usize);
                            }
                            None => self.leaves.add_flag(literal.first == b't'),
                        }
                    }
                }
            }
            if self.gather {
                self.step(at, learning.is_some());
            }
            at += way.len as usize;
            match way.next {
                Next::Text => {
                    let Ok(token) = string_at(bytes, at, &mut odd) else {
                        break;
                    };
                    at = token.to + 1;
                    let place = way.place;
                    if self.is_quiet(input, token, place) {
                        if self.gather && !place.slot.is_column(input.get(token.from, token.to)) {
                            self.leaves.add(token.from, token.to);
                        }
                        if place.slot != Slot::Unknown {
                            set_text(place.slot, input, token, &self.scratch, out);
                        }
                    } else {
                        self.string::<false>(input, token, place, out);
                    }
                    if self.gather && way.turn != Turn::None {
                        self.leaves.turn(self.trails.here());
                    }
                    let goes_on = match way.turn {
                        Turn::None => continue,
                        Turn::Call => {
                            let call = self.hash.text(input.get(token.from, token.to));
                            self.trails.turn_by_call(call)
                        }
                        Turn::Shared => self.trails.turn_by_slot(place.slot),
                    };
                    if goes_on.is_none() {
                        break;
                    }
                }
                Next::Number => match self.number(input, at, way.place.slot, out) {
                    Ok(end) => at = end,
                    Err(_) => break,
                },
                Next::Identity => {
                    if let Some(end) = self.known.meet(bytes, at, out) {
                        odd |= !self.known.is_plain();
                        at = end;
                        continue;
                    }
                    let Some(guess) = self.known.guess(bytes, at, out, &self.leaves) else {
                        break;
                    };
                    if let Some(end) = self.known.recall(guess, bytes, out) {
                        odd |= !self.known.is_plain();
                        at = end;
                    } else if self.trails.enter().is_some() {
                        learning = Some(guess);
                    } else {
                        break;
                    }
                }
                Next::Leave => {
                    if let Some(guess) = learning.take() {
                        let raw = input.known(guess.from, at);
                        self.known.learn(guess, raw, out, &self.leaves);
                    }
                    if self.gather {
                        self.leaves.turn(self.trails.here());
                    }
                    self.trails.leave();
                }
                Next::End => {
                    if self.gather {
                        self.leaves.turn(self.trails.here());
                    }
                    out.keys = self.trails.arrive();
                    self.end_record(out, input, (start, at), !odd);
                    return true;
                }
            }
        }
        self.reclaim(out);
        false
    }

    /// Gathers the keys of the text that was stepped over from `at` on; `learning` where they are
    /// part of an identity that is new.
    #[inline]
    fn step(&mut self, at: usize, learning: bool) {
        if learning {
            for key in self.trails.keys() {
                let place = |of: u16| at + of as usize;
                self.leaves.add_key(place(key.from), place(key.to));
            }
        } else {
            self.leaves.step(self.trails.here());
        }
    }

    fn pass<'a, const CANONICAL: bool>(
        &mut self,
        input: &Input<'a>,
        start: usize,
        tap: bool,
    ) -> Result<Scanned<'a>, Stop> {
        let bytes = input.bytes;
        let mut out = Scanned::default();
        self.stops.seek(start);
        self.begin_record(start, &mut out);
        self.frames.clear();
        self.keys.clear();
        let mut nested = (0, Slot::Unknown);
        let mut learning: Option<Guess> = None;
        let object = byte(bytes, start)? == b'{';
        let root = if object { Area::Root } else { Area::Other };
        let mut cur = Frame::new(root, object, 0);
        let mut deepest = 0;
        let mut value;
        let mut i = skip_space(bytes, start + 1);
        let first = byte(bytes, i)?;
        let mut closing = first == if object { b'}' } else { b']' };
        if object && !closing {
            i = self.key::<CANONICAL>(input, i, &mut cur, &mut out)?;
        }
        'value: loop {
            'read: {
                if closing {
                    value = self.close::<CANONICAL>(&cur, &mut out);
                    i += 1;
                    let Some(parent) = self.frames.pop() else {
                        out.record.content = Content::Canonical(value);
                        if !CANONICAL {
                            self.trails
                                .draft
                                .value((i, i), 0, Next::End, Place::TOP, None);
                            let good = out.marks.is_empty() && out.odd_field.is_none() && object;
                            self.trails.learn(bytes, good);
                        }
                        let plain = self.stops.is_plain(start, i);
                        self.end_record(&mut out, input, (start, i), plain);
                        return Ok(out);
                    };
                    if self.frames.is_empty() && nested.1 == parent.slot && nested.0 != 0 {
                        out.object = Some(((nested.0, i), nested.1));
                        nested = (0, Slot::Unknown);
                    }
                    if let Some(guess) = learning.filter(|_| self.frames.is_empty()) {
                        let raw = input.known(guess.from, i);
                        self.known.learn(guess, raw, &out, &self.leaves);
                        self.trails.draft.leave(i);
                        learning = None;
                    }
                    cur = parent;
                } else {
                    let at = i;
                    match byte(bytes, i)? {
                        b'"' => {
                            let token = self.stops.string(bytes, i + 1)?;
                            i = token.to + 1;
                            let place = cur.place();
                            value = self.string::<CANONICAL>(input, token, place, &mut out);
                            if !CANONICAL {
                                let call = self.call_of(input, token, place.slot);
                                let range = (token.from, token.to);
                                self.trails.draft.value(range, 1, Next::Text, place, call);
                            }
                        }
                        open @ (b'{' | b'[') => {
                            let object = open == b'{';
                            if !CANONICAL
                                && cur.slot == Slot::UserIdentity
                                && object
                                && self.frames.is_empty()
                                && let Some(guess) = self.known.guess(bytes, i, &out, &self.leaves)
                            {
                                if let Some(end) = self.known.recall(guess, bytes, &mut out) {
                                    self.trails.draft.skip((i, end), cur.place());
                                    i = end;
                                    value = 0;
                                    break 'read;
                                }
                                self.trails.draft.enter(i, cur.place());
                                learning = Some(guess);
                            }
                            if self.frames.is_empty() {
                                if holds_records(cur.slot) {
                                    self.trails.draft.drop();
                                }
                                if tap && !object && is_wrapper(cur.slot, out.keys) {
                                    return Err(Stop::Wrapper {
                                        at: i + 1,
                                        key: cur.slot,
                                    });
                                }
                                if object && matches!(cur.slot, Slot::Detail | Slot::Records) {
                                    nested = (i, cur.slot);
                                }
                            }
                            if cur.slot != Slot::Unknown && !cur.slot.takes_container(object) {
                                wrong_type(cur.slot, &mut out);
                            }
                            let area = cur.slot.area(cur.area, object);
                            let (param, outside) = (cur.param, cur.inside);
                            self.frames.push(cur);
                            if self.frames.len() > deepest {
                                deepest = self.frames.len();
                                if deepest >= DEEP {
                                    out.marks.add(Marks::DEPTH);
                                    if deepest > DEEPEST {
                                        return Err(Stop::TooDeep);
                                    }
                                }
                            }
                            cur = Frame::new(area, object, self.keys.len() as u32);
                            // A list of texts is its parameter itself; of objects it is what they
                            // stand in.
                            cur.inside = if object { param } else { outside };
                            if !object {
                                cur.param = param;
                            }
                            i = skip_space(bytes, i + 1);
                            let first = byte(bytes, i)?;
                            if object {
                                closing = first == b'}';
                                if !closing {
                                    i = self.key::<CANONICAL>(input, i, &mut cur, &mut out)?;
                                }
                            } else {
                                closing = first == b']';
                            }
                            continue 'value;
                        }
                        b'-' | b'0'..=b'9' => {
                            i = self.number(input, at, cur.slot, &mut out)?;
                            if !CANONICAL {
                                let place = cur.place();
                                self.trails
                                    .draft
                                    .value((at, i), 0, Next::Number, place, None);
                            }
                            value = if CANONICAL {
                                self.hash.number(input.get(at, i))
                            } else {
                                0
                            };
                        }
                        first => {
                            i = literal(bytes, i)?;
                            if self.gather && first != b'n' {
                                // An identity is learnt with all that it holds.
                                if cur.area.in_identity() {
                                    self.leaves.add(at, i);
                                } else {
                                    self.leaves.add_flag(first == b't');
                                }
                            }
                            if cur.slot != Slot::Unknown {
                                set_literal(cur.slot, first, &mut out);
                            }
                            if !CANONICAL {
                                self.trails.draft.literal((at, i), cur.place(), first);
                            }
                            value = if CANONICAL {
                                self.hash.literal(first)
                            } else {
                                0
                            };
                        }
                    }
                }
            }
            cur.count = cur.count.wrapping_add(1);
            if CANONICAL {
                cur.sum = if cur.object {
                    cur.sum.wrapping_add(self.hash.member(cur.key, value))
                } else {
                    self.hash.item(cur.sum, value)
                };
            }
            i = skip_space(bytes, i);
            match byte(bytes, i)? {
                b',' => {
                    i = skip_space(bytes, i + 1);
                    if cur.object {
                        i = self.key::<CANONICAL>(input, i, &mut cur, &mut out)?;
                    }
                    closing = false;
                }
                b'}' if cur.object => closing = true,
                b']' if !cur.object => closing = true,
                _ => {
                    return Err(Stop::Syntax {
                        at: i,
                        what: if cur.object {
                            "expected `,` or `}` after a value"
                        } else {
                            "expected `,` or `]` after an item"
                        },
                    });
                }
            }
        }
    }

    /// Reads a key and its colon; the position of the value.
    #[inline(always)]
    fn key<const CANONICAL: bool>(
        &mut self,
        input: &Input<'_>,
        at: usize,
        cur: &mut Frame,
        out: &mut Scanned<'_>,
    ) -> Result<usize, Stop> {
        let bytes = input.bytes;
        if byte(bytes, at)? != b'"' {
            return Err(Stop::Syntax {
                at,
                what: "expected a key in quotes",
            });
        }
        let token = self.stops.string(bytes, at + 1)?;
        let raw = input.get(token.from, token.to);
        if token.escaped {
            out.marks.add(text::unescape(raw, &mut self.scratch));
        }
        let name: &[u8] = if token.escaped { &self.scratch } else { raw };
        cur.key = self.hash.text(name);
        cur.slot = if cur.area.has_slots() {
            slot(cur.area, name)
        } else {
            Slot::Unknown
        };
        if self.resources && cur.area.part().is_some() {
            cur.param = self.names.find_in(name, cur.inside);
        }
        if cur.area == Area::Root {
            out.keys |= cur.slot.bit();
        }
        if self.gather {
            if token.escaped {
                self.leaves.add_text(&self.scratch);
            } else {
                self.leaves.add_key(token.from, token.to);
            }
        }
        let bit = 1 << (cur.key & 63);
        if cur.bloom & bit != 0 {
            let known = self.keys.get(cur.keys_from as usize..).unwrap_or_default();
            if known.len() < FEW_KEYS && known.contains(&cur.key) {
                out.marks.add(Marks::DUPLICATE_KEY);
            }
        }
        cur.bloom |= bit;
        self.keys.push(cur.key);
        if !CANONICAL {
            if token.escaped {
                self.trails.draft.drop();
            } else {
                let top = cur.area == Area::Root;
                let bits = if top { cur.slot.bit() } else { 0 };
                self.trails
                    .draft
                    .key(token.from, token.to, cur.key, top, bits);
            }
        }
        let i = skip_space(bytes, token.to + 1);
        if byte(bytes, i)? != b':' {
            return Err(Stop::Syntax {
                at: i,
                what: "expected `:` after a key",
            });
        }
        Ok(skip_space(bytes, i + 1))
    }

    /// The hash of a container that ends, and its keys forgotten.
    #[inline]
    fn close<const CANONICAL: bool>(&mut self, cur: &Frame, out: &mut Scanned<'_>) -> u64 {
        if !cur.object {
            return if CANONICAL {
                self.hash.array(cur.sum, cur.count)
            } else {
                0
            };
        }
        if cur.count as usize > FEW_KEYS {
            let known = self
                .keys
                .get_mut(cur.keys_from as usize..)
                .unwrap_or_default();
            known.sort_unstable();
            if known.iter().zip(known.iter().skip(1)).any(|(a, b)| a == b) {
                out.marks.add(Marks::DUPLICATE_KEY);
            }
        }
        self.keys.truncate(cur.keys_from as usize);
        if CANONICAL {
            self.hash.object(cur.sum, cur.count)
        } else {
            0
        }
    }

    /// Whether a string is surely no more than the text of its slot: neither has it escapes nor may
    /// it name a resource.
    #[inline(always)]
    fn is_quiet(&self, input: &Input<'_>, token: Token, place: Place) -> bool {
        if token.escaped {
            return false;
        }
        if !self.resources || place.names_nothing() {
            return true;
        }
        let raw = input.get(token.from, token.to);
        !(place.param.is_known() || looks_like_id(raw) || may_hold_arn(raw))
    }

    /// Deals with a string value; its hash.
    #[inline]
    fn string<'a, const CANONICAL: bool>(
        &mut self,
        input: &Input<'a>,
        token: Token,
        place: Place,
        out: &mut Scanned<'a>,
    ) -> u64 {
        let hash = self.text::<CANONICAL>(input, token, place, out);
        if place.param.is_known()
            && let Some((part, top)) = place.area.part()
            && let Some(params) = &mut out.record.params
            && params.len() < MOST_PARAMS
        {
            params.push(Param {
                key: place.param,
                inside: place.inside,
                part,
                top,
                text: text_of(input, token, &self.scratch),
            });
        }
        hash
    }

    /// Deals with what a string says and names; its hash.
    #[inline]
    fn text<'a, const CANONICAL: bool>(
        &mut self,
        input: &Input<'a>,
        token: Token,
        cur: Place,
        out: &mut Scanned<'a>,
    ) -> u64 {
        let raw = input.get(token.from, token.to);
        if self.gather && !token.escaped && !cur.slot.is_column(raw) {
            self.leaves.add(token.from, token.to);
        }
        let hash = if token.escaped {
            out.marks.add(text::unescape(raw, &mut self.scratch));
            // A document inside a request has lines; a name, an address or an agent has none.
            if (cur.slot != Slot::Unknown || cur.area.in_identity())
                && self.scratch.iter().any(|b| *b < b' ')
            {
                out.marks.add(Marks::CONTROL);
            }
            if self.gather && !cur.slot.is_column(&self.scratch) {
                self.leaves.add_text(&self.scratch);
            }
            if CANONICAL {
                self.hash.text(&self.scratch)
            } else {
                0
            }
        } else if CANONICAL {
            self.hash.text(raw)
        } else {
            0
        };
        if cur.slot != Slot::Unknown {
            set_text(cur.slot, input, token, &self.scratch, out);
        }
        if !self.resources || cur.slot == Slot::ResourceArn || cur.names_nothing() {
            return hash;
        }
        let found = &mut out.record.resources;
        if token.escaped {
            // The escapes may stand inside the ARN or around it.
            if may_hold_arn(&self.scratch)
                && let Ok(plain) = std::str::from_utf8(&self.scratch)
            {
                for arn in arns_in(plain) {
                    push_owned(found, arn);
                }
            }
        } else if may_hold_arn(raw) {
            match input.known(token.from, token.to) {
                Some(text) => {
                    for arn in arns_in(text) {
                        push(found, Text::Borrowed(arn), Naming::Found, Class::UNKNOWN);
                    }
                }
                None => {
                    for arn in arns_in(&text::lossy(raw)) {
                        push_owned(found, arn);
                    }
                }
            }
        } else if cur.slot == Slot::Unknown
            && looks_like_id(raw)
            && let Some(id) = input.known(token.from, token.to)
            && let Some(class) = id_class(id)
        {
            push(found, Text::Borrowed(id), Naming::Found, class);
        }
        hash
    }

    /// Deals with a number at `at`; where it ends.
    #[inline]
    fn number<'a>(
        &mut self,
        input: &Input<'a>,
        at: usize,
        slot: Slot,
        out: &mut Scanned<'a>,
    ) -> Result<usize, Stop> {
        let end = number(input.bytes, at)?;
        let raw = input.get(at, end);
        if raw.len() > 4 && is_out_of_range(raw) {
            out.marks.add(Marks::NUMBER_RANGE);
        }
        if self.gather {
            self.leaves.add(at, end);
        }
        if slot != Slot::Unknown {
            set_number(slot, input, at, end, out);
        }
        Ok(end)
    }

    /// The hash of a text that is a call's name.
    #[inline]
    fn call_of(&self, input: &Input<'_>, token: Token, slot: Slot) -> Option<u64> {
        (slot == Slot::EventName).then(|| self.hash.text(input.get(token.from, token.to)))
    }
}

/// Whether an array in this slot holds the records of a file, given the keys met so far.
fn is_wrapper(slot: Slot, keys: u64) -> bool {
    holds_records(slot)
        && slot != Slot::Detail
        && keys & (Slot::EventVersion.bit() | Slot::EventName.bit()) == 0
}

/// Whether what stands in this slot may be records.
const fn holds_records(slot: Slot) -> bool {
    matches!(
        slot,
        Slot::Records | Slot::Events | Slot::LogEvents | Slot::Detail
    )
}

/// A cheap test that nearly no other string passes.
#[inline]
fn looks_like_id(raw: &[u8]) -> bool {
    let dash = |from_end: usize| {
        raw.len()
            .checked_sub(from_end)
            .and_then(|at| raw.get(at))
            .is_some_and(|b| *b == b'-')
    };
    // A UUID has a dash there, too, and is longer than any id.
    raw.len() < 36 && (dash(9) || dash(18))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::event::record::Identity;

    #[test]
    fn lists_keep_their_room_and_nothing_else() {
        let mut list = vec![Text::Borrowed("a"); 40];
        let room = list.capacity();
        let next: Vec<Text<'static>> = room_of(&mut list);
        assert_eq!((next.len(), list.capacity()), (0, 0));
        assert_eq!(next.capacity(), room);
    }

    /// All that a scan tells of the object at `start`.
    fn told(scanner: &mut Scanner, text: &str, start: usize, tap: bool) -> String {
        let input = Input::new(text.as_bytes(), 0);
        match scanner.scan(&input, start, tap) {
            Ok(mut scanned) => {
                let raw = &text.as_bytes()[start..scanned.end];
                // Of two identities the first one's are gone where it is known; rows of records with a
                // key twice are open.
                let is_one = text.matches("\"userIdentity\":").count() < 2;
                let leaves = scanner.leaves().filter(|_| is_one);
                let leaves = leaves.map(|leaves| {
                    // The keys of an identity that is known whole stand among its values.
                    let mut all: Vec<_> = leaves.values(raw).chain(leaves.keys(raw)).collect();
                    if let Identity::Known(known) = &scanned.record.identity {
                        all.extend(known.leaves());
                    }
                    all.sort_unstable();
                    all.dedup();
                    format!("{all:?}")
                });
                let identity = std::mem::take(&mut scanned.record.identity);
                format!("{scanned:?} {:?} {leaves:?}", identity.get())
            }
            Err(stop) => format!("{stop:?}"),
        }
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("false".to_owned()),
            (0..99_999_999_999_i64).prop_map(|n| n.to_string()),
            Just("-1.5e400".to_owned()),
            "[a-zA-Z0-9:/ é-]{0,90}".prop_map(|text| format!("\"{text}\"")),
            Just("\"arn:aws:s3:::b/k\"".to_owned()),
            Just("\"i-0123456789abcdef0\"".to_owned()),
            Just("\"a\\u0001\\\"b\"".to_owned()),
            Just("\"a\u{7}b\"".to_owned()),
            Just("\"\u{202e}x\"".to_owned()),
            Just("01".to_owned()),
        ]
    }

    fn nested() -> impl Strategy<Value = String> {
        value().prop_recursive(3, 12, 4, |inner| {
            let key =
                prop::sample::select(vec!["bucketName", "a", "a\\n", "roleArn", "items", "b"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec((key, inner), 0..4).prop_map(|members| {
                    let members: Vec<_> = members
                        .iter()
                        .map(|(k, v)| format!("\"{k}\":{v}"))
                        .collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    fn identity() -> impl Strategy<Value = String> {
        let one = "[a-c]{1,2}".prop_map(|who| {
            format!(
                "{{\"type\":\"IAMUser\",\"principalId\":\"{who}\",\"arn\":\"arn:aws:iam::1:user/{who}\"}}"
            )
        });
        let two = "[a-c]{1,2}".prop_map(|who| {
            format!(
                "{{\"type\":\"AssumedRole\",\"principalId\":\"{who}\",\"accountId\":1,\
                 \"sessionContext\":{{\"attributes\":{{\"mfaAuthenticated\":false}}}}}}"
            )
        });
        // So long that the ends of two may be all in which they differ.
        let long = "[a-b]{1,2}".prop_map(|who| {
            let name = "n".repeat(300);
            format!("{{\"type\":\"IAMUser\",\"arn\":\"{name}\",\"userName\":\"{who}\"}}")
        });
        prop_oneof![4 => one, 4 => two, 4 => long, 1 => value(), 1 => nested()]
    }

    /// A record, mostly as `CloudTrail` writes it, with what others may do to one.
    fn record() -> impl Strategy<Value = String> {
        let key = prop::sample::select(vec![
            "requestParameters",
            "responseElements",
            "requestID",
            "eventID",
            "eventType",
            "errorCode",
            "eventCategory",
            "resources",
            "tlsDetails",
            "Records",
            "detail",
            "message",
            "eventName",
            "additionalEventData",
            "readOnly",
            "eventTime",
            "userIdentity",
            "eventSource",
        ]);
        let more = prop::collection::vec((key, nested()), 0..5);
        let call = prop::sample::select(vec!["GetObject", "RunInstances", "\\u0041"]);
        let blank = prop::sample::select(vec!["", "", "", " ", "\n  "]);
        (identity(), call, more, blank, any::<u8>()).prop_map(|(who, call, more, blank, odd)| {
            let mut members = vec![
                "\"eventVersion\":\"1.08\"".to_owned(),
                format!("\"userIdentity\":{who}"),
                "\"eventTime\":\"2024-01-01T00:00:00Z\"".to_owned(),
                "\"eventSource\":\"s3.amazonaws.com\"".to_owned(),
                format!("\"eventName\":\"{call}\""),
                "\"sourceIPAddress\":\"203.0.113.9\"".to_owned(),
            ];
            members.extend(
                more.iter()
                    .map(|(key, value)| format!("\"{key}\":{blank}{value}")),
            );
            if odd < 20 {
                members.remove(odd as usize % members.len());
            } else if odd < 40 {
                let twice = members[odd as usize % members.len()].clone();
                members.push(twice);
            } else if odd < 60 {
                // What is asked of a call before all of it is known would be wrong.
                let (one, other) = (
                    odd as usize % members.len(),
                    odd as usize / 7 % members.len(),
                );
                members.swap(one, other);
            }
            let mut text = format!("{{{}{blank}}}", members.join(","));
            if odd >= 235 {
                let mut at = text.len() * (odd as usize - 235) / 21;
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.truncate(at);
            }
            text
        })
    }

    #[test]
    fn a_record_like_one_before_is_followed() {
        let mut scanner = Scanner::new();
        scanner.begin(false, true, true);
        let record = |who: &str, call: &str, end: &str| {
            format!(
                "{{\"eventVersion\":\"1.08\",\"userIdentity\":{{\"type\":\"{who}\"}},\
                 \"eventTime\":\"2024-01-01T00:00:00Z\",\"eventName\":\"{call}\",\
                 \"requestParameters\":{{\"a\":[\"{who}\",2]}},\"eventID\":\"{call}\"{end}}}"
            )
        };
        let mut after = |text: String| {
            told(&mut scanner, &text, 0, false);
            scanner.trails.met()
        };
        assert_eq!(after(record("a", "Get", "")), 0);
        assert_eq!(after(record("b", "Get", "")), 1);
        assert_eq!(after(record("c", "Put", "")), 1);
        assert_eq!(after(record("d", "Put", ",\"readOnly\":true")), 1);
        // What comes behind the id is the same for all calls.
        assert_eq!(after(record("e", "Get", ",\"readOnly\":true")), 2);
        // Each step is one that was taken before, but not twice in one record.
        let (one, two) = (",\"requestID\":\"r\"", ",\"eventType\":\"t\"");
        assert_eq!(after(record("f", "Get", &[one, two].concat())), 2);
        assert_eq!(after(record("g", "Get", &[two, one].concat())), 2);
        let twice = record("h", "Get", &[one, two, one].concat());
        assert_eq!(after(twice.clone()), 2);
        let (input, mut marks) = (Input::new(twice.as_bytes(), 0), Marks::NONE);
        marks.add(scanner.scan(&input, 0, false).expect("a record").marks);
        assert!(marks.has(Marks::DUPLICATE_KEY));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_read_before_changes_nothing(
            records in prop::collection::vec(record(), 1..24),
            order in prop::collection::vec(any::<prop::sample::Index>(), 1..60),
            gather in any::<bool>(),
            resources in any::<bool>(),
            tap in any::<bool>(),
        ) {
            let mut old = Scanner::new();
            old.begin(false, gather, resources);
            let mut keys_of = HashMap::new();
            let middle = order.len() / 2;
            for (n, index) in order.into_iter().enumerate() {
                if n == middle {
                    // All paths are forgotten, and others get their places.
                    old.begin(false, gather, !resources);
                    old.begin(false, gather, resources);
                }
                let text = format!("[{}, ", index.get(&records));
                let mut new = Scanner::new();
                new.begin(false, gather, resources);
                old.forget();
                prop_assert_eq!(
                    told(&mut old, &text, 1, tap),
                    told(&mut new, &text, 1, tap),
                    "{}", text
                );
                // A way stands for its keys and no others.
                let leaves = old.leaves();
                let way = leaves.as_ref().and_then(Leaves::way);
                if let (Some(leaves), Some(way)) = (leaves, way) {
                    let keys = leaves.keys(&text.as_bytes()[1..]);
                    let keys: Vec<Vec<u8>> = keys.map(<[u8]>::to_vec).collect();
                    let known = keys_of.entry(way).or_insert(keys.clone());
                    prop_assert_eq!(known, &keys);
                }
            }
        }
    }
}
