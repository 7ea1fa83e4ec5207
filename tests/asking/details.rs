//! Reading one event: its tree, what its texts hold in another writing, levels, and what is copied.

use crate::driver::Driver;
use trailhound::app::state::Focus;

/// The screen on the request of the first event of a filter.
fn on_request(filter: &str) -> Driver {
    let mut d = Driver::demo(120, 50);
    d.filter(filter).keys("d");
    while d.state.focus != Focus::Detail {
        d.keys("Tab");
    }
    d
}

/// The path of the focused line.
fn path(d: &Driver) -> String {
    d.state.detail.lines[d.state.view.detail_at.0].path.clone()
}

#[test]
fn a_policy_in_a_text_is_read_folded_searched_and_filtered_by() {
    let mut d = on_request("what:PutRolePolicy");
    let text = d.text();
    assert!(text.contains("(JSON) \"{"), "{text}");
    assert!(text.contains("\"Effect\": \"Allow\""), "{text}");
    // Searched also where it is folded.
    d.keys("H f").type_in("effect").keys("Enter");
    assert_eq!(path(&d), ".requestParameters.policyDocument");
    d.keys("n");
    let effect = ".requestParameters.policyDocument.Statement[0].Effect";
    assert_eq!(path(&d), effect, "{}", d.text());
    // And pointed at.
    let all = d.state.snapshot.len();
    d.keys("=");
    assert!(
        d.state.view.text.ends_with(&format!("{effect}=Allow")),
        "{}",
        d.state.view.text
    );
    assert!((1..all).contains(&d.count()), "{}", d.count());
}

#[test]
fn levels_parents_and_siblings() {
    let mut d = on_request("what:PutRolePolicy");
    d.keys("G {");
    assert_eq!(path(&d), ".requestParameters");
    d.keys("<");
    let deep = d.said().to_owned();
    assert!(deep.ends_with("levels open"), "{deep}");
    while d.said() != "1 of 4 levels open" {
        let before = d.state.detail.lines.len();
        d.keys("<");
        assert!(d.state.detail.lines.len() < before, "{}", d.said());
    }
    let effect = "\"Effect\": \"Allow\"";
    assert!(!d.text().contains(effect), "{}", d.text());
    d.keys("j");
    let first = path(&d);
    d.keys("}");
    assert_ne!(path(&d), first);
    d.keys("> > > >");
    assert_eq!(d.said(), "all 4 levels open");
    assert!(d.text().contains(effect), "{}", d.text());
}

#[test]
fn a_value_its_decoded_form_and_all_below_it_are_copied() {
    let mut d = on_request("what:PutRolePolicy");
    while !path(&d).ends_with(".policyDocument") {
        d.keys("j");
    }
    d.keys("y y");
    let raw = d.copied.clone().unwrap();
    assert!(raw.contains("\"Statement\""));
    d.keys("y d");
    let decoded: serde_json::Value = serde_json::from_str(d.copied.as_ref().unwrap()).unwrap();
    assert_eq!(
        decoded,
        serde_json::from_str::<serde_json::Value>(&raw).unwrap()
    );
    d.keys("j");
    assert!(path(&d).starts_with(".requestParameters.policyDocument."));
    while !path(&d).ends_with(".Statement") {
        d.keys("}");
    }
    d.keys("y t");
    let below: serde_json::Value = serde_json::from_str(d.copied.as_ref().unwrap()).unwrap();
    assert_eq!(below, decoded["Statement"]);
}

/// The lines of the detail, as text.
fn lines(d: &Driver) -> Vec<String> {
    let text = |line: &trailhound::view::tree::Line| -> String {
        let pieces = line.line.pieces.iter();
        pieces.map(|p| p.text.as_str()).collect()
    };
    d.state.detail.lines.iter().map(text).collect()
}

#[test]
fn what_differs_from_the_same_call_before() {
    // 17: what exactly changed in this role's policy? One key, on the event.
    let mut d = Driver::demo(120, 50);
    d.filter("what:PutRolePolicy who:alice").keys("G D");
    let text = d.text();
    assert!(text.contains("[Diff]"), "{text}");
    let shown = lines(&d);
    assert!(
        shown[0].starts_with("OTHER   PutRolePolicy") && shown[0].ends_with("1m17 before this")
    );
    assert!(shown[1].contains("by the same person on the same resource"));
    let action = ".requestParameters.policyDocument.Statement[0].Action";
    assert_eq!(
        shown[4..],
        [
            format!("+ {action}[2] \"iam:*\""),
            format!("+ {action}[3] \"sts:*\""),
        ]
    );
    // The first of anybody on that role has nothing before it; a pinned row is compared with all.
    d.keys("k");
    assert!(d.text().contains("holds no earlier call"), "{}", d.text());
    d.keys("G ; k");
    let shown = lines(&d);
    assert!(shown[0].ends_with("1m17 after this") && shown[1].contains("pinned row"));
    assert_eq!(shown[4], format!("- {action}[2] \"iam:*\""));
    // A line is a value like any other.
    d.keys("G");
    assert!(lines(&d)[4].starts_with('+'));
    while d.state.focus != Focus::Detail {
        d.keys("Tab");
    }
    d.keys("j j j j =");
    let text = &d.state.view.text;
    assert!(text.contains(&format!("{action}[2]=")), "{text}");
    assert_eq!(d.count(), 1);
}

#[test]
fn a_refused_call_and_the_one_allowed_differ_in_the_refusal() {
    let mut d = Driver::demo(120, 50);
    d.filter("what:DeleteLoadBalancer err:none").keys("G D");
    let shown = lines(&d);
    assert!(
        shown[0].contains("OperationNotPermittedException"),
        "{shown:?}"
    );
    assert!(shown[4].starts_with("- .errorCode"), "{shown:?}");
}

#[test]
fn a_narrow_terminal_shows_the_difference_too() {
    let mut d = Driver::demo(70, 20);
    d.filter("what:PutRolePolicy who:alice").keys("G D");
    assert!(d.text().contains("DIFFER"), "{}", d.text());
    d.keys("Esc");
    assert_eq!(d.state.focus, Focus::List);
}
