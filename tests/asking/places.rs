//! Places: links, saved views, branches of the walk, and walks that come back whole.

use proptest::prelude::*;
use trailhound::app::action::Action;
use trailhound::app::places::{self, Shelf};
use trailhound::app::state::{About, State};
use trailhound::view::headings;

use crate::driver::Driver;

/// What a person sees of a view, as words.
fn place(state: &State) -> String {
    let v = &state.view;
    let about = match &v.about {
        About::Timeline => "timeline".to_owned(),
        About::Subject(subject, label) => format!("{subject:?} {label}"),
    };
    let mut folded: Vec<_> = v.folded.iter().collect();
    folded.sort();
    let mut marked: Vec<_> = v.marked.iter().map(|m| format!("{m:?}")).collect();
    marked.sort();
    let mut bursts: Vec<_> = v.folding.but.iter().collect();
    bursts.sort();
    format!(
        "{about} {} {} {} {} {bursts:?} {:?} {:?} {:?} {} {} {} {} {folded:?} {} {:?} {:?} {} {marked:?} \
         {:?}",
        v.filter,
        v.sort.text(),
        headings::text(&v.columns),
        v.folding.unfolded,
        v.off,
        v.hidden,
        state.focused_event(),
        v.offset,
        v.column,
        v.detail,
        v.tab,
        v.facet_at,
        v.facet_open,
        v.portrait_at,
        v.facet_search,
        v.reference
    )
}

/// Review task 20: hand a colleague exactly this view. Two keys.
#[test]
fn a_link_opens_exactly_this_view() {
    let mut d = Driver::demo(120, 36);
    d.filter("who:alice verb:write err:none")
        .keys("F5 l Enter Esc , s j j j l d");
    d.keys("y l");
    let link = d.copied.clone().unwrap();
    assert!(link.starts_with("trailhound:view?v=1"), "{link}");
    let (before, count) = (place(&d.state), d.count());
    let mut other = Driver::demo(120, 36);
    other.apply(Action::Open(link.clone()));
    other.settle();
    assert_eq!(place(&other.state), before);
    assert_eq!(other.count(), count);
    other.keys("[");
    assert!(other.state.view.text.is_empty());

    // A person's view, and one given before anything was read.
    d.keys("p y l");
    let (link, before) = (d.copied.clone().unwrap(), place(&d.state));
    let mut early = Driver::opening(120, 36, vec![Action::Open(link)]);
    early.settle();
    assert_eq!(place(&early.state), before);

    // What is no link says so and changes nothing.
    let mut bad = Driver::demo(120, 36);
    for text in [
        "https://example.com",
        "trailhound:view?v=1&f=who%3A",
        "trailhound:view?v=9",
    ] {
        bad.apply(Action::Open(text.to_owned()));
        assert!(bad.state.message.as_ref().unwrap().is_error, "{text}");
        assert!(bad.state.back.is_empty());
    }
    bad.apply(Action::Open(
        "trailhound:view?v=1&e=no-such-event".to_owned(),
    ));
    bad.settle();
    assert!(bad.said().contains("not among"), "{}", bad.said());
}

#[test]
fn relative_times_given_early_count_from_the_last_event() {
    let mut late = Driver::demo(120, 36);
    late.filter("last:2h");
    let mut early = Driver::opening(120, 36, vec![Action::Filter("last:2h".to_owned())]);
    early.settle();
    assert!(late.count() > 0);
    assert_eq!(early.count(), late.count());
}

#[test]
fn saved_views_branches_and_the_walk_are_found_again() {
    let mut d = Driver::demo(120, 36);
    d.keys("'");
    assert!(d.said().contains("B saves"), "{}", d.said());
    d.filter("verb:delete")
        .keys("B ctrl-u")
        .type_in("deletions")
        .keys("Enter");
    assert_eq!(d.kept.len(), 1);
    // Back and another way: what lay ahead is among those left behind.
    d.keys("[").filter("err:denied");
    let denied = d.count();
    assert_eq!(d.state.left.len(), 1);
    d.keys("'");
    let text = d.text();
    assert!(
        text.contains("deletions") && text.contains("recent"),
        "{text}"
    );
    d.type_in("delet").keys("Enter");
    assert_eq!(d.state.view.text, "verb:delete");
    // The walk: to its first place and back to the second, nothing lost.
    d.keys("`");
    assert!(d.text().contains("The walk so far"), "{}", d.text());
    d.keys("1");
    assert!(d.state.view.text.is_empty() && d.state.forward.len() == 2);
    d.keys("` 2");
    assert_eq!(
        (d.state.view.text.as_str(), d.count()),
        ("err:denied", denied)
    );

    // The next run takes the walk up where it was left.
    let left = places::walk(&d.state);
    let shelf = Shelf {
        saved: d.kept.clone(),
        left,
    };
    let mut next = Driver::demo(120, 36);
    next.apply(Action::Shelf(shelf));
    next.keys("' Down Enter");
    assert_eq!(place(&next.state), place(&d.state));
    assert_eq!((next.state.back.len(), next.state.forward.len()), (1, 1));
    next.keys("]");
    assert_eq!(next.state.view.text, "verb:delete");
}

#[test]
fn going_back_comes_back_to_the_screen_it_was_gone_on_from() {
    let mut d = Driver::demo(120, 36);
    d.filter("verb:write").keys("2 j j j");
    // The count of views ahead stands above; the rest is as it was.
    let rest = |d: &Driver| d.text().lines().skip(3).collect::<Vec<_>>().join("\n");
    let people = d.text();
    assert!(people.contains("People of this filter"), "{people}");
    let people = rest(&d);
    d.keys("Enter");
    assert!(matches!(d.state.view.about, About::Subject(..)));
    d.keys("[");
    assert_eq!(rest(&d), people);
    // Forward from it, back, and back again: it closes, then the view before.
    d.keys("]");
    assert!(matches!(d.state.view.about, About::Subject(..)));
    d.keys("q [");
    assert_eq!(d.state.view.text, "verb:write");
    assert!(d.state.overlay.is_none());
    d.keys("[");
    assert!(d.state.view.text.is_empty());

    // The tree of sessions with its folds, over the people.
    d.keys("] 2 j s j j h");
    let tree = rest(&d);
    d.keys("Enter");
    let (text, label) = (d.state.view.text.clone(), d.text());
    assert!(
        text.starts_with("session:") || text.starts_with("who="),
        "{label}"
    );
    d.keys("[");
    assert_eq!(rest(&d), tree);
    d.keys("Esc");
    assert!(d.text().contains("People of this filter"), "{}", d.text());
    d.keys("Esc");
    assert!(d.state.overlay.is_none());

    // The events around one with their window.
    d.keys("x > > j");
    let around = rest(&d);
    d.keys("Enter [");
    assert_eq!(rest(&d), around);
    d.keys("q 1");
    assert!(d.state.overlay.is_none());
}

/// Keys of a walk: everything that makes or changes a place.
const STEPS: &[&str] = &[
    "j",
    "k",
    "G",
    "g",
    "ctrl-d",
    "l",
    "h",
    "Tab",
    "Enter",
    "d",
    "+",
    "-",
    "=",
    ".",
    "p",
    "r",
    "[",
    "]",
    ", r",
    ", x",
    "F5 Enter",
    "e",
    "w",
    "x Enter",
    "J",
    "F2",
    "i",
    "3",
    "1",
    "Esc",
    "s Esc",
    "` 1",
    "H",
    "L",
    "(",
    ")",
    "S e r r Enter",
    "S t i m e Enter",
    "\\ t o o l Enter Esc",
    "<",
    ">",
    "ctrl-Right",
    "0",
    "$",
    "}",
    "{",
    "*",
    "#",
    "o",
    // Screens, and going on from them.
    "2 j Enter",
    "2 j s Enter",
    "4 j Enter",
    "s l Enter",
    "7 j Esc",
    "x > Enter",
    "D",
    // What hides, and what goes along.
    ", w",
    ", n",
    ", k",
    "P",
    // The time.
    "z",
    "Z",
    "v l l Enter",
    "t 1",
    ";",
    // Facets: a field opened, searched, marked, sorted.
    "Tab Tab j j Space j Space +",
    "Tab Tab j Enter",
    "Tab Tab f a Enter",
    "S Esc",
];

/// How many walks are gone; `TRAILHOUND_ROUNDS` asks for more.
fn walks() -> u32 {
    let rounds = std::env::var("TRAILHOUND_ROUNDS").ok();
    rounds.and_then(|n| n.parse().ok()).unwrap_or(3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: walks(), ..ProptestConfig::default() })]

    /// Any walk, then all the way back and forward again: the first place and the last are as
    /// they were left.
    #[test]
    fn any_walk_comes_back_to_where_it_began(
        before in prop::collection::vec(0usize..8, 0..6),
        walk in prop::collection::vec(0..STEPS.len(), 1..16),
    ) {
        let mut d = Driver::demo(120, 36);
        d.filter("who:alice OR verb:write");
        for step in before {
            d.keys(STEPS[step]);
        }
        // From here on every new place is pushed; this one must come back as it is left.
        d.keys("Esc");
        let mut depth = d.state.back.len();
        let mut left = place(&d.state);
        let keys = walk.into_iter().flat_map(|step| STEPS[step].split(' '));
        for key in keys {
            let was = place(&d.state);
            let at = d.state.back.len();
            d.keys(key);
            if d.ended {
                return Ok(());
            }
            let now = d.state.back.len();
            if now < depth {
                depth = now;
            }
            if at == depth && now > depth {
                left = was;
            }
        }
        if d.state.back.len() > depth {
            // Wherever it went, what is there comes back, too.
            d.keys("Esc Esc Esc");
            // A person who is locked is so wherever one goes, and may hide what had the cursor.
            if d.state.locked.is_some() {
                d.keys("P");
            }
            let last = place(&d.state);
            let steps = d.state.back.len() - depth;
            // A screen that floats is a place between two views.
            while d.state.back.len() > depth {
                d.keys("[");
            }
            d.keys("Esc Esc");
            prop_assert_eq!(place(&d.state), left);
            for _ in 0..steps {
                d.keys("]");
            }
            d.keys("Esc Esc Esc");
            prop_assert_eq!(place(&d.state), last);
        }
    }
}
