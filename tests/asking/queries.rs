//! Asking by writing: the review tasks that a filter answers, by key scripts on the demo with their
//! keys counted (a typed or pasted query counts one), and what the filter line does meanwhile.

use crate::driver::Driver;

/// Keys a task may take.
const MOST_KEYS: usize = 10;

/// A person at the keyboard who counts.
struct Hands {
    d: Driver,
    keys: usize,
}

impl Hands {
    fn new() -> Self {
        Self {
            d: Driver::demo(120, 36),
            keys: 0,
        }
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.keys += keys.split_whitespace().count();
        self.d.keys(keys);
        self
    }

    /// `/`, the query, `Enter`.
    fn asks(&mut self, text: &str) -> &mut Self {
        self.keys("/");
        self.d.type_in(text);
        self.keys += 1;
        self.keys("Enter")
    }

    fn sees(&mut self, count: usize, words: &[&str]) {
        let text = self.d.text();
        assert_eq!(self.d.count(), count, "{text}");
        for word in words {
            assert!(text.contains(word), "no {word} in\n{text}");
        }
        assert!(self.keys <= MOST_KEYS, "{} keys", self.keys);
    }
}

#[test]
fn tasks_that_a_filter_answers() {
    // 3: the first use of a key from somewhere new (by address: the demo has no network database).
    Hands::new()
        .asks("key:AKIAP7LANTED2EXAMPLE new:ip")
        .sees(1, &["svc-backup", "203.0.113.77"]);
    // 4: what was denied and then succeeded?
    let mut hands = Hands::new();
    hands
        .asks("flip:ok who:alice")
        .sees(4, &["AssumeRole", "DeleteLoadBalancer"]);
    hands.d.filter("flip:ok err:denied who:alice");
    assert_eq!(hands.d.count(), 2);
    // 5: everything a leaked key did.
    let mut hands = Hands::new();
    hands.keys("/");
    hands.d.paste("AKIAP7LANTED2EXAMPLE");
    hands.keys += 1;
    hands.keys("Tab Enter").sees(9, &["svc-backup", "FACETS"]);
    assert_eq!(hands.d.state.view.text, "key:AKIAP7LANTED2EXAMPLE");
    // 9: console logins without MFA.
    Hands::new()
        .asks("what:ConsoleLogin mfa:no")
        .sees(9, &["ConsoleLogin"]);
    // 10: any root activity?
    Hands::new().asks("root:yes").sees(7, &["root"]);
    // 11: all changes in the half hour before the outage, every account and region.
    Hands::new()
        .asks("near:2026-11-20T14:10Z-30m verb:write,delete")
        .sees(42, &["Alice", "DeactivateMFADevice", "DeleteLoadBal"]);
    // 14: did anyone read this secret from an unusual address?
    Hands::new()
        .asks("res:prod/db-password what:GetSecretValue new:ip+1h ip:public")
        .sees(2, &["Alice", "svc-backup"]);
    // 18: everyone who used this address.
    let mut hands = Hands::new();
    hands.asks("ip:203.0.113.77").keys("2");
    assert!(hands.d.text().contains("svc-backup") && hands.keys <= MOST_KEYS);
}

#[test]
fn nothing_found_is_explained_on_the_screen() {
    let mut d = Driver::demo(120, 36);
    let alice = d.filter("who:alice").count();
    d.filter("who:alice region:nowhere-9");
    let said = format!("matches: without region:nowhere-9 {alice} events");
    assert!(d.text().contains(&said), "{}", d.text());
    // While it is wrong or unfinished, what was found before stays.
    d.filter("who:alice").keys("/").type_in("svcc:x");
    assert_eq!(d.count(), alice);
    assert!(d.text().contains("did you mean svc:?"));
    d.keys("Enter");
    let edit = d.state.edit.as_ref().unwrap();
    assert_eq!(
        edit.input.cursor(),
        "who:alice ".len(),
        "the caret is on the fault"
    );
}

#[test]
fn completion_counts_the_events_at_hand_and_takes_any_letters() {
    let mut d = Driver::demo(120, 36);
    d.keys("/").type_in("ip:203.0.113.77 tool:");
    let of = |d: &Driver| -> Vec<(String, String)> {
        let edit = d.state.edit.as_ref().unwrap();
        let shown = edit.completions.iter();
        shown.map(|c| (c.label.clone(), c.detail.clone())).collect()
    };
    d.type_in("aw");
    assert!(
        of(&d)
            .iter()
            .any(|(label, n)| label == "aws-cli" && n.ends_with("events")),
        "{:?}",
        of(&d)
    );
    d.keys("ctrl-u").type_in("what:dlb");
    assert!(
        of(&d)
            .iter()
            .any(|(label, _)| label == "DeleteLoadBalancer"),
        "{:?}",
        of(&d)
    );
    d.keys("ctrl-u").type_in("-$no").keys("Tab");
    assert_eq!(d.state.edit.as_ref().unwrap().input.value(), "-$noise ");
}

#[test]
fn earlier_filters_are_found_again() {
    let mut d = Driver::demo(120, 36);
    d.filter("who:alice svc:s3")
        .filter("root:yes")
        .filter("who:alice svc:iam");
    d.keys("/ ctrl-u").type_in("who:alice").keys("ctrl-r");
    let value = |d: &Driver| d.state.edit.as_ref().unwrap().input.value().to_owned();
    assert_eq!(value(&d), "who:alice svc:iam");
    d.keys("ctrl-r");
    assert_eq!(value(&d), "who:alice svc:s3");
    d.keys("ctrl-r");
    assert_eq!(value(&d), "who:alice svc:s3");
    assert_eq!(d.said(), "there is no older filter with who:alice");
    d.keys("ctrl-u")
        .type_in("who:alcie")
        .keys("Left Left ctrl-t");
    assert_eq!(value(&d), "who:alice");
}
