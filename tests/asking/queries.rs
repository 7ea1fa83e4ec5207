//! Asking by writing: the review tasks that a filter answers, by key scripts on the demo with their
//! keys counted (a typed or pasted query counts one), and what the filter line does meanwhile.

use crate::driver::Driver;
use crate::task::Task;

#[test]
fn tasks_that_a_filter_answers() {
    let mut task = Task::new();
    task.filter("key:AKIAP7LANTED2EXAMPLE new:ip")
        .shows("1 match")
        .shows("svc-backup")
        .shows("203.0.113.77");
    task.took("3 first use of a key from somewhere new", 3);

    let mut task = Task::new();
    task.filter("flip:ok who:alice")
        .shows("4 match")
        .shows("AssumeRole")
        .shows("DeleteLoadBalancer");
    task.took("4 what was denied and then succeeded", 3);

    let mut task = Task::new();
    task.keys("/")
        .paste("AKIAP7LANTED2EXAMPLE")
        .keys("Tab Enter")
        .shows("9 match")
        .shows("svc-backup")
        .shows("FACETS of 9");
    assert_eq!(task.screen.state.view.text, "key:AKIAP7LANTED2EXAMPLE");
    task.took("5 everything a leaked key did", 4);

    let mut task = Task::new();
    task.filter("what:ConsoleLogin mfa:no").shows("9 match");
    task.took("9 console logins without a second factor", 3);

    let mut task = Task::new();
    task.filter("root:yes").shows("7 match").shows("root");
    task.took("10 any root activity", 3);

    let mut task = Task::new();
    task.filter("near:2026-11-20T14:10Z-30m verb:write,delete")
        .shows("42 match")
        .shows("DeactivateMFADevice");
    task.took("11 all changes in the half hour before the outage", 3);

    let mut task = Task::new();
    task.filter("res:prod/db-password what:GetSecretValue new:ip+1h ip:public")
        .shows("2 match")
        .shows("svc-backup");
    task.took("14 was this secret read from an unusual address", 3);

    let mut task = Task::new();
    task.filter("ip:203.0.113.77").keys("2").shows("svc-backup");
    task.took("18 everyone who used this address", 4);

    let mut task = Task::new();
    task.keys("y l");
    let link = task.screen.copied.clone().unwrap_or_default();
    assert!(link.starts_with("trailhound:"), "{link}");
    task.took("20 hand a colleague exactly this view", 2);
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

#[test]
fn a_value_that_is_almost_there_is_offered_where_nothing_matches() {
    let mut d = Driver::demo(120, 36);
    for (typed, meant) in [
        ("what:DeleteLoadBalancr", "what:deleteloadbalancer"),
        ("who:alcie err:none", "who:alice"),
        ("svc:elasticloadbalncing", "svc:elasticloadbalancing"),
        ("region:us-wst-2 verb:write", "region:us-west-2"),
    ] {
        d.filter(typed);
        assert_eq!(d.count(), 0, "{typed}");
        let said = d.state.answer.missed.join(", ").to_lowercase();
        assert!(
            said.contains(&format!("(did you mean {meant}?)")),
            "{typed}: {said}"
        );
    }
    // What is there is not doubted.
    d.filter("what:DeleteLoadBalancer region:eu-west-1");
    assert!(
        d.count() == 0 && !d.text().contains("did you mean"),
        "{}",
        d.text()
    );
}
