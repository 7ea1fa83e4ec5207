//! Screens with believable content, made by hand: one story of a deleted load balancer.

use trailhound::base::printable::Printable;
use trailhound::base::span::Severity;
use trailhound::view::layout;
use trailhound::view::layout::Shape;
use trailhound::view::layout::Size;
use trailhound::view::screen::{
    Cell, CompletionLine, ContextLine, Crumb, CrumbLine, DetailLine, DetailView, DiagnosticLine,
    EventRow, FacetLine, FacetsView, FilterLine, FilterState, Heading, HelpGroup, HistogramColumn,
    HistogramView, ListRow, ListView, Overlay, PageRow, PagesView, PickerRow, PickerView,
    PortraitView, Screen, SectionRow, SectionView, Shade, StatusLine, Tab, Tone,
};

/// A screen of some size.
type Build = fn(Size) -> Screen;

/// Every sample by name.
pub const ALL: [(&str, Build); 8] = [
    ("main", main_screen),
    ("detail", detail_screen),
    ("portrait", portrait_screen),
    ("filter", filter_screen),
    ("help", help_screen),
    ("palette", palette_screen),
    ("problems", problems_screen),
    ("empty", empty_screen),
];

const SHAPE: Shape = Shape {
    chips: false,
    facets: true,
    detail: true,
    histogram: true,
    portrait: false,
    portrait_focused: false,
    events: 40,
    detail_right: None,
    detail_focused: false,
    facets_focused: false,
};

fn p(text: &str) -> Printable {
    Printable::new(text)
}

fn cell(text: &str, tone: Tone) -> Cell {
    Cell {
        text: p(text),
        tone,
    }
}

/// The main screen: the event list has the focus.
pub fn main_screen(size: Size) -> Screen {
    screen(size, SHAPE)
}

/// The detail has the focus.
pub fn detail_screen(size: Size) -> Screen {
    let mut screen = screen(
        size,
        Shape {
            detail_focused: true,
            ..SHAPE
        },
    );
    screen.list.focused = false;
    if let Some(detail) = &mut screen.detail {
        detail.focused = true;
        detail.tab = 1;
        detail.lines = request_lines();
        detail.position = (0, 23);
        detail.path = p(".requestParameters.loadBalancerArn");
    }
    screen.overlay = Some(Overlay::Prompt {
        title: "find",
        text: p("prod-web"),
        caret: 8,
        summary: "3 of 17".to_owned(),
    });
    screen
}

/// A principal in full.
pub fn portrait_screen(size: Size) -> Screen {
    let mut screen = screen(
        size,
        Shape {
            portrait: true,
            detail: false,
            ..SHAPE
        },
    );
    screen.histogram = None;
    screen.facets = None;
    screen.detail = None;
    screen.list.focused = false;
    screen.portrait = Some(portrait());
    screen.crumbs.crumbs = vec![
        crumb("All", 1_284_377, false),
        crumb("who:alice", 2_911, true),
    ];
    screen.filter.text = p("who:alice");
    screen
}

/// The filter is being edited and wrong.
pub fn filter_screen(size: Size) -> Screen {
    let mut screen = screen(size, SHAPE);
    screen.filter = FilterLine {
        text: p("err:AccessDenied user-agnt:curl"),
        caret: Some(26),
        state: FilterState::Wrong,
        summary: "19 match in 2 ms".to_owned(),
        diagnostic: Some(DiagnosticLine {
            columns: (17, 26),
            severity: Severity::Error,
            message: p("no field is called `user-agnt`; did you mean `user-agent`?"),
        }),
        completions: [
            ("user-agent:", "what the caller's program called itself"),
            ("user-name:", "userIdentity.userName as recorded"),
            ("user-type:", "IAMUser, AssumedRole, Root, …"),
        ]
        .map(|(label, detail)| CompletionLine {
            label: p(label),
            detail: p(detail),
        })
        .to_vec(),
        chosen: 0,
    };
    screen
}

/// The keys.
pub fn help_screen(size: Size) -> Screen {
    let mut screen = screen(size, SHAPE);
    let group = |title, keys: &[(&str, &str)]| HelpGroup {
        title,
        keys: keys
            .iter()
            .map(|(key, words)| ((*key).to_owned(), (*words).to_owned()))
            .collect(),
    };
    screen.overlay = Some(Overlay::Help {
        title: "Keys of the event list".to_owned(),
        groups: vec![
            group(
                "MOVE",
                &[
                    ("j k", "next, previous event"),
                    ("h l", "previous, next column"),
                    ("g G", "first, last event"),
                    ("ctrl-d ctrl-u", "half a page down, up"),
                    ("e E", "next, previous error"),
                    ("w W", "next, previous change"),
                    ("} {", "next, previous quiet gap"),
                ],
            ),
            group(
                "FILTER",
                &[
                    ("/", "edit the filter"),
                    ("+", "include this value"),
                    ("-", "exclude this value"),
                    ("=", "only this value"),
                    (".", "repeat the last of these on this row"),
                    (",r", "hide or show calls that only look"),
                ],
            ),
            group(
                "PIVOT",
                &[
                    ("p", "everything this principal did"),
                    ("r", "everything done to this resource"),
                    ("x", "what happened around this event"),
                    ("[ ]", "back, forward"),
                ],
            ),
            group(
                "PANES",
                &[
                    ("Tab", "next pane"),
                    ("F2", "facets on or off"),
                    ("F3", "detail on or off"),
                    ("i", "histogram on or off"),
                ],
            ),
            group(
                "COPY",
                &[
                    ("y y", "the focused value"),
                    ("y e", "the event as JSON"),
                    ("y f", "the value as a filter"),
                ],
            ),
            group(
                "PROGRAM",
                &[
                    (":", "do something by name"),
                    ("!", "problems of the load"),
                    ("?", "these keys"),
                    ("q", "close this view; at the first one, quit"),
                ],
            ),
        ],
        top: 0,
    });
    screen
}

/// The palette.
pub fn palette_screen(size: Size) -> Screen {
    let mut screen = screen(size, SHAPE);
    let row = |key: &str, label: &str, matched: &[usize], detail: &str, focused| PickerRow {
        key: key.to_owned(),
        label: p(label),
        matched: matched.to_vec(),
        detail: p(detail),
        focused,
    };
    screen.overlay = Some(Overlay::Picker(PickerView {
        title: p("Do something"),
        input: Some((p("excl"), 4)),
        rows: vec![
            row("-", "exclude this value", &[0, 1, 2, 3], "filter", true),
            row(
                "x",
                "events around this one, excluding reads",
                &[25, 26, 27, 28],
                "pivot",
                false,
            ),
            row("F5", "next column layout", &[1, 2, 5, 7], "view", false),
            row(
                "",
                "export: csv of exactly these columns and lines",
                &[0, 1, 8, 23],
                "case",
                false,
            ),
        ],
        counts: (4, 85),
    }));
    screen
}

/// What could not be read.
pub fn problems_screen(size: Size) -> Screen {
    let mut screen = screen(size, SHAPE);
    let row = |path: &str, place: &str, words: &str, tone, focused| PageRow {
        pieces: vec![
            cell(&format!("{path:<46}"), Tone::Plain),
            cell(&format!("{place:<16}"), Tone::Faint),
            cell(words, tone),
        ],
        focused,
    };
    screen.overlay = Some(Overlay::Pages(PagesView {
        head: Vec::new(),
        title: p("Problems of the load"),
        rows: vec![
            row(
                "111122223333_CloudTrail_us-east-1_2026…json.gz",
                " byte 18,224",
                "record 41 is cut short",
                Tone::Failed,
                false,
            ),
            row(
                "prod/2026/11/20/…_x7Q.json.gz",
                " line 7",
                "two records carry one eventID",
                Tone::Write,
                true,
            ),
            row("notes.txt", "", "not CloudTrail", Tone::Faint, false),
            row(
                "name with \u{202e}gnp.exe",
                "",
                "\u{1b}[2J in userAgent",
                Tone::Faint,
                false,
            ),
        ],
        position: (0, 4),
        foot: "Enter show the bytes   y copy   q close".to_owned(),
    }));
    screen
}

/// Nothing matches, the load goes on.
pub fn empty_screen(size: Size) -> Screen {
    let mut screen = screen(
        size,
        Shape {
            facets: false,
            ..SHAPE
        },
    );
    screen.list = ListView {
        of: 1_284_377,
        empty: Some(p(
            "nothing matches who:mallory; back with [ or edit the filter with /",
        )),
        focused: true,
        ..screen.list
    };
    screen.list.rows.clear();
    screen.list.total = 0;
    screen.facets = None;
    if let Some(detail) = &mut screen.detail {
        detail.lines.clear();
        detail.corner.clear();
        detail.notice = Some(p("no event is focused"));
    }
    screen.filter.text = p("who:mallory");
    screen.filter.state = FilterState::Busy;
    "0 so far".clone_into(&mut screen.filter.summary);
    screen
}

fn crumb(label: &str, count: u64, current: bool) -> Crumb {
    Crumb {
        label: p(label),
        count: Some(count),
        at_least: false,
        current,
    }
}

fn screen(size: Size, shape: Shape) -> Screen {
    let panes = layout::panes(size, shape);
    let tab = |digit, name, current, built| Tab {
        digit,
        name,
        current,
        built,
    };
    Screen {
        chips: trailhound::view::screen::ChipsView::default(),
        size,
        panes,
        context: ContextLine {
            tabs: vec![
                tab('1', "Timeline", true, true),
                tab('2', "People", false, true),
                tab('3', "Resources", false, true),
                tab('4', "Sessions", false, false),
                tab('5', "Findings", false, false),
                tab('6', "Case", false, false),
                tab('7', "Sources", false, true),
            ],
            zone: "UTC".to_owned(),
            help: "? help".to_owned(),
        },
        crumbs: CrumbLine {
            crumbs: vec![
                crumb("All", 1_284_377, false),
                crumb("res:app/prod-web", 12, false),
                crumb("near:14:02:11+-30m", 412, true),
            ],
            back: 2,
            forward: Some((1, p("who:alice"))),
        },
        filter: FilterLine {
            text: p("near:14:02:11+-30m -what:UpdateInstanceInformation"),
            caret: None,
            state: FilterState::Ok,
            summary: "412 match in 3 ms".to_owned(),
            diagnostic: None,
            completions: Vec::new(),
            chosen: 0,
        },
        histogram: Some(histogram(layout::plot(panes.histogram).width)),
        facets: Some(facets()),
        portrait: None,
        list: list(panes.list.width),
        detail: Some(detail()),
        status: StatusLine {
            parts: vec![
                cell("8,412 of 13,790 files", Tone::Plain),
                cell("2.1 of 3.4 GB", Tone::Plain),
                cell("14 s left", Tone::Plain),
                cell("412 match so far", Tone::Plain),
                cell("2 files skipped (!)", Tone::Write),
            ],
            progress: Some(0.61),
            message: None,
        },
        hints: [
            ("j/k", "move"),
            ("+ - =", "include, exclude, only"),
            ("p", "who"),
            ("r", "resource"),
            ("x", "around"),
            ("/", "filter"),
            ("f", "find"),
            ("y", "copy"),
            (":", "anything"),
            ("?", "help"),
        ]
        .map(|(key, word)| (key.to_owned(), word))
        .to_vec(),
        overlay: None,
        below: None,
    }
}

fn histogram(width: u16) -> HistogramView {
    let width = usize::from(width);
    let columns: Vec<HistogramColumn> = (0..width)
        .map(|x| {
            let wave = (x as u64).wrapping_mul(2_654_435_761) >> 7;
            let near = (x * 100 / width.max(1)) as u64;
            let shade = match near {
                30..34 => Shade::Gap,
                97.. => Shade::Unread,
                _ => Shade::Told,
            };
            let calm = wave.is_multiple_of(5) || shade == Shade::Gap;
            let burst = if (56..62).contains(&near) { 9 } else { 0 };
            HistogramColumn {
                reads: if calm { 0 } else { 1 + wave % 6 },
                writes: burst + if wave.is_multiple_of(11) { 3 } else { 0 },
                errors: match near {
                    58 | 59 => 5,
                    70 => 1,
                    _ => 0,
                },
                shade,
            }
        })
        .collect();
    let top = columns.iter().map(|c| c.reads + c.writes + c.errors).max();
    let labels = (0..width.div_ceil(16))
        .map(|n| {
            let minutes = 13 * 60 + 32 + n * 8;
            (n * 16, format!("{:02}:{:02}", minutes / 60, minutes % 60))
        })
        .collect();
    HistogramView {
        columns,
        top: top.unwrap_or(0),
        labels,
        scale: "1 col = 30 s".to_owned(),
        cursor: Some(width * 59 / 100),
        stale: false,
        undated: 0,
        brush: None,
    }
}

fn facets() -> FacetsView {
    let field = |name: &str, values| FacetLine::Field {
        name: name.to_owned(),
        values,
        focused: false,
    };
    let value = |label: &str, count: u64| FacetLine::Value {
        label: p(label),
        count,
        share: count as f64 / 412.0,
        included: label == "us-east-1",
        focused: label == "ci-deploy",
    };
    let more = |values| FacetLine::More {
        values,
        focused: false,
    };
    FacetsView {
        total: 412,
        lines: vec![
            field("who", 14),
            value("alice", 203),
            value("ci-deploy", 88),
            value("bob", 61),
            value("elasticloadbalancing", 31),
            more(10),
            field("what", 57),
            value("ModifyTargetGroup", 66),
            value("DescribeInstances", 41),
            value("RevokeSecurityGroupIngress", 4),
            value("DeleteLoadBalancer", 1),
            more(53),
            field("err", 5),
            value("(none)", 389),
            value("AccessDenied", 19),
            more(3),
            field("ip", 9),
            value("203.0.113.7", 140),
            value("198.51.100.4", 112),
            more(7),
            field("acct", 3),
            value("111122223333", 377),
            value("444455556666", 35),
            field("region", 4),
            value("us-east-1", 401),
            value("eu-west-1", 9),
            more(2),
        ],
        stale: false,
        focused: false,
    }
}

fn list(width: u16) -> ListView {
    let heading = |title: &str, width| Heading {
        title: title.to_owned(),
        width,
    };
    let rows = [
        (
            "13:41:20.7",
            "",
            "A",
            "alice (Admin@prod)",
            "AssumeRoleWithSAML",
            "role/Admin",
            "",
            Tone::Auth,
        ),
        (
            "13:59:02.1",
            "17m4",
            "W",
            "alice (Admin@prod)",
            "ModifyLoadBalancerAttributes",
            "app/prod-web",
            "",
            Tone::Write,
        ),
        (
            "13:59:10.4",
            "+8s",
            "!",
            "alice (Admin@prod)",
            "DeleteLoadBalancer",
            "app/prod-web",
            "AccessDenied",
            Tone::Denied,
        ),
        (
            "14:00:33.9",
            "1m23",
            "A",
            "alice (Admin@prod)",
            "AssumeRole",
            "role/BreakGlass",
            "",
            Tone::Auth,
        ),
        (
            "14:01:07.2",
            "+33s",
            "W",
            "alice (BreakGlass@prod)",
            "PutRolePolicy",
            "role/Admin",
            "",
            Tone::Write,
        ),
        (
            "14:01:44.0",
            "+37s",
            "W",
            "alice (BreakGlass@prod)",
            "CreateAccessKey",
            "user/svc-backup",
            "",
            Tone::Write,
        ),
        (
            "14:02:11.0",
            "+27s",
            "D",
            "alice (BreakGlass@prod)",
            "DeleteLoadBalancer",
            "app/prod-web",
            "",
            Tone::Delete,
        ),
        (
            "14:02:11.3",
            "+0s",
            "S",
            "elasticloadbalancing",
            "DeleteNetworkInterface",
            "eni-0a1b2c3d4e5f",
            "",
            Tone::Service,
        ),
        (
            "14:02:40.8",
            "+29s",
            "D",
            "alice (BreakGlass@prod)",
            "DeleteTargetGroup",
            "targetgroup/prod-web",
            "",
            Tone::Delete,
        ),
        (
            "14:03:05.1",
            "+24s",
            "W",
            "alice (BreakGlass@prod)",
            "RevokeSecurityGroupIngress",
            "sg-0f3122",
            "",
            Tone::Write,
        ),
        ("", "6m12s", "", "", "", "", "", Tone::Faint),
        (
            "14:09:17.6",
            "6m12",
            "!",
            "ci-deploy (Deploy@prod)",
            "UpdateService",
            "service/prod/web",
            "ThrottlingException",
            Tone::Failed,
        ),
        (
            "14:10:02.3",
            "+44s",
            "A",
            "alice (BreakGlass@prod)",
            "AssumeRole",
            "role/DataRead",
            "",
            Tone::Auth,
        ),
        (
            "14:10:31.0",
            "+28s",
            "X",
            "alice (DataRead@data)",
            "GetSecretValue",
            "secret:prod/db",
            "",
            Tone::Secret,
        ),
        (
            "14:10:44.9",
            "+13s",
            "R",
            "alice (DataRead@data)",
            "GetObject",
            "prod-exports/2026/11/users.csv",
            "",
            Tone::Read,
        ),
        (
            "14:10:45.2",
            "+0s",
            "R",
            "alice (DataRead@data)",
            "GetObject",
            "prod-exports/2026/11/orders.csv",
            "",
            Tone::Read,
        ),
        (
            "14:11:00.5",
            "+15s",
            "R",
            "bob (ReadOnly@prod)",
            "DescribeInstances",
            "",
            "",
            Tone::Read,
        ),
        (
            "14:11:02.8",
            "+2s",
            "R",
            "日本支社 (ReadOnly@prod)",
            "DescribeInstances",
            "",
            "",
            Tone::Read,
        ),
    ];
    let rows: Vec<ListRow> = (0..3)
        .flat_map(|_| rows)
        .enumerate()
        .map(|(at, (time, gap, verb, who, what, on, err, tone))| {
            if time.is_empty() {
                return ListRow::Quiet {
                    label: gap.to_owned(),
                };
            }
            let plain = if tone == Tone::Read {
                Tone::Faint
            } else {
                Tone::Plain
            };
            let failed = !err.is_empty();
            let mut cells = vec![cell(time, Tone::Faint)];
            if width >= 90 {
                cells.push(cell(&format!("{gap:>5}"), Tone::Faint));
            }
            cells.push(cell(verb, tone));
            cells.push(cell(
                who,
                if plain == Tone::Faint {
                    plain
                } else {
                    Tone::Principal
                },
            ));
            cells.push(cell(what, if failed { tone } else { plain }));
            if width >= 60 {
                cells.push(cell(err, tone));
                cells.push(cell(
                    on,
                    if plain == Tone::Faint {
                        plain
                    } else {
                        Tone::Resource
                    },
                ));
            }
            ListRow::Event(EventRow {
                at,
                cells,
                focused: at == 6,
                marks: if at == 9 {
                    vec!["same id".to_owned()]
                } else {
                    Vec::new()
                },
            })
        })
        .collect();
    let mut headings = vec![heading("TIME UTC", 10)];
    if width >= 90 {
        headings.push(heading("  GAP", 5));
    }
    headings.push(heading("V", 1));
    headings.push(heading("WHO (as)", if width < 60 { 12 } else { 23 }));
    headings.push(heading("WHAT", if width < 60 { 0 } else { 26 }));
    if width >= 60 {
        headings.push(heading("ERR", if width < 90 { 6 } else { 12 }));
        headings.push(heading("TARGET", 0));
    }
    ListView {
        column: headings.len() - 1,
        headings,
        rows,
        total: 412,
        of: 1_284_377,
        top: 120,
        cursor: Some(126),
        focused: true,
        empty: None,
        newer_above: 1_204,
        beside: (0, 0),
        sort: None,
        day: None,
    }
}

fn detail() -> DetailView {
    let line = |pieces: &[(&str, Tone)]| DetailLine {
        pieces: pieces
            .iter()
            .map(|(text, tone)| cell(text, *tone))
            .collect(),
        ..DetailLine::default()
    };
    let label = |text: &'static str| (text, Tone::Heading);
    DetailView {
        tabs: vec!["Summary", "Request", "Response", "Identity", "Raw"],
        tab: 0,
        corner: "127 of 412".to_owned(),
        lines: vec![
            line(&[
                ("DeleteLoadBalancer", Tone::Delete),
                ("  elasticloadbalancing  us-east-1  ", Tone::Plain),
                ("111122223333", Tone::Plain),
                ("  2026-11-20 14:02:11.000 UTC", Tone::Faint),
            ]),
            line(&[
                label("WHO     "),
                ("alice", Tone::Principal),
                ("  via SSO Admin › BreakGlass   key ", Tone::Plain),
                ("ASIAIOSFODNN7EXAMPLE", Tone::Text),
                ("   MFA yes", Tone::Plain),
            ]),
            line(&[
                label("FROM    "),
                ("203.0.113.7", Tone::Text),
                ("  aws-cli/2.17.1 md/Botocore#1.34 on kali", Tone::Plain),
            ]),
            line(&[
                label("ON      "),
                (
                    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/prod-web/50dc6c495c0c9188",
                    Tone::Resource,
                ),
            ]),
            line(&[
                label("RESULT  "),
                ("ok", Tone::Plain),
                ("   the same call was denied 3m01s earlier", Tone::Faint),
            ]),
            line(&[
                label("ID      "),
                ("3f1c2a9e-5d1b-4f6e-8a77-0c9d11e2b49a", Tone::Plain),
            ]),
            line(&[
                label("FILE    "),
                (
                    "111122223333_CloudTrail_us-east-1_20261120T1405Z_x7Q.json.gz",
                    Tone::Faint,
                ),
                ("  byte 18,224", Tone::Faint),
            ]),
        ],
        position: (0, 7),
        path: Printable::default(),
        focused: false,
        notice: None,
    }
}

fn request_lines() -> Vec<DetailLine> {
    use Tone::{Constant, Key, Number, Punctuation, Text};
    let line = |indent, fold, pieces: &[(&str, Tone)], focused| DetailLine {
        indent,
        fold,
        pieces: pieces
            .iter()
            .map(|(text, tone)| cell(text, *tone))
            .collect(),
        focused,
    };
    let arn = "\"arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/";
    vec![
        line(
            0,
            Some(false),
            &[("requestParameters", Key), (": {", Punctuation)],
            false,
        ),
        line(
            4,
            None,
            &[
                ("loadBalancerArn", Key),
                (": ", Punctuation),
                (arn, Text),
                ("prod-web", Tone::Match),
                ("/50dc6c495c0c9188\"", Text),
            ],
            true,
        ),
        line(
            4,
            None,
            &[
                ("dryRun", Key),
                (": ", Punctuation),
                ("false", Constant),
                (",", Punctuation),
            ],
            false,
        ),
        line(
            2,
            Some(false),
            &[("tags", Key), (": [", Punctuation)],
            false,
        ),
        line(
            6,
            None,
            &[("\"team=\u{1b}[31mweb\"", Text), (",", Punctuation)],
            false,
        ),
        line(6, None, &[("50", Number)], false),
        line(4, None, &[("]", Punctuation)], false),
        line(2, None, &[("}", Punctuation)], false),
        line(
            0,
            Some(true),
            &[
                ("responseElements", Key),
                (": ", Punctuation),
                ("null", Constant),
            ],
            false,
        ),
        line(
            0,
            Some(true),
            &[("userIdentity", Key), (": { … 7 }", Punctuation)],
            false,
        ),
    ]
}

fn portrait() -> PortraitView {
    let row = |label: &str, seed: u64, detail: &str, tone, focused| SectionRow {
        label: p(label),
        spark: if seed == 0 {
            Vec::new()
        } else {
            (0..48)
                .map(|n: u64| {
                    let wave = (n + seed).wrapping_mul(2_654_435_761 * seed) >> 9;
                    if wave % 5 < 3 {
                        0
                    } else {
                        wave % 17 * (1 + n / 30 * seed % 4)
                    }
                })
                .collect()
        },
        detail: p(detail),
        tone,
        focused,
    };
    let section = |title: &str, rows: Vec<SectionRow>, more| SectionView {
        title: title.to_owned(),
        rows,
        more,
    };
    PortraitView {
        title: p("alice"),
        subtitle: p("person, 3 accounts"),
        facts: vec![
            p("arn:aws:iam::111122223333:user/alice   also seen as alice@example.com"),
            p(
                "2,911 events: 2,604 read, 262 write, 11 delete, 34 denied   first 2026-11-02 08:14   last 2026-11-20 15:21",
            ),
        ],
        sections: vec![
            section(
                "SERVICES",
                vec![
                    row("ec2", 3, "1,902", Tone::Plain, false),
                    row("s3", 5, "611", Tone::Plain, false),
                    row("elasticloadbalancing", 7, "87", Tone::Write, true),
                    row("iam", 11, "14", Tone::Write, false),
                    row("sts", 13, "12", Tone::Auth, false),
                ],
                9,
            ),
            section(
                "SESSIONS",
                vec![
                    row(
                        "BreakGlass@prod",
                        2,
                        "31 events  14:00–14:21",
                        Tone::Auth,
                        false,
                    ),
                    row(
                        "Admin@prod",
                        4,
                        "118 events  13:40–14:32",
                        Tone::Auth,
                        false,
                    ),
                    row(
                        "ReadOnly@dev",
                        6,
                        "402 events  08:58–13:01",
                        Tone::Plain,
                        false,
                    ),
                    row(
                        "DataRead@data ~",
                        8,
                        "611 events  14:10–14:19",
                        Tone::Plain,
                        false,
                    ),
                ],
                2,
            ),
            section(
                "ADDRESSES",
                vec![
                    row("198.51.100.4", 9, "2,740  since 11-02", Tone::Plain, false),
                    row("203.0.113.7", 12, "140  first 13:41", Tone::Plain, false),
                ],
                0,
            ),
            section(
                "ERRORS",
                vec![
                    row("AccessDenied", 0, "31, 4 later ok", Tone::Denied, false),
                    row("ThrottlingException", 0, "3", Tone::Failed, false),
                ],
                0,
            ),
            section(
                "ACCESS KEYS",
                vec![
                    row("ASIA…7Q2  BreakGlass", 0, "31 events", Tone::Plain, false),
                    row("AKIA…3F", 0, "55 events, since 2024-03", Tone::Plain, false),
                ],
                0,
            ),
            section(
                "CHANGED",
                vec![
                    row("D  app/prod-web", 0, "14:02:11", Tone::Delete, false),
                    row(
                        "D  targetgroup/prod-web",
                        0,
                        "14:02:40",
                        Tone::Delete,
                        false,
                    ),
                    row("W  role/Admin", 0, "14:01:07", Tone::Write, false),
                ],
                68,
            ),
        ],
        leads: false,
        focused: true,
        stale: false,
    }
}
