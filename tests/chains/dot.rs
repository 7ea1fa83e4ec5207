//! The graph for Graphviz is one whatever the names in it are.

use serde_json::json;

use super::{DATA, PROD, Trail, session, user};

/// A word of a DOT file: a quoted text as it reads, or anything else.
#[derive(Debug, PartialEq, Eq, Clone)]
enum Word {
    Text(String),
    Plain(String),
}

/// The words of a DOT file, as Graphviz parts them.
fn words(dot: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = dot.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                let mut text = String::new();
                loop {
                    match rest.next().expect("a text that ends") {
                        '"' => break,
                        '\\' => match rest.next().expect("an escape that ends") {
                            c @ ('"' | '\\') => text.push(c),
                            'n' => text.push('\n'),
                            other => panic!("an escape that Graphviz reads otherwise: \\{other}"),
                        },
                        c if c.is_control() => panic!("a bare {c:?} in a text"),
                        c => text.push(c),
                    }
                }
                words.push(Word::Text(text));
            }
            c if c.is_whitespace() => {}
            c if c.is_alphanumeric() => {
                let mut word = c.to_string();
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric()) {
                    word.push(c);
                }
                words.push(Word::Plain(word));
            }
            '-' if rest.next_if_eq(&'>').is_some() => words.push(Word::Plain("->".to_owned())),
            c => words.push(Word::Plain(c.to_string())),
        }
    }
    words
}

/// The nodes and edges of a DOT file whose every statement is one of those that are written.
fn read(dot: &str) -> (Vec<String>, Vec<(String, String)>) {
    let words = words(dot);
    let plain = |word: &str| Word::Plain(word.to_owned());
    let head: Vec<Word> = [
        "digraph", "lineage", "{", "rankdir", "=", "LR", ";", "node", "[",
    ]
    .into_iter()
    .chain(["shape", "=", "box", "]", ";"])
    .map(plain)
    .collect();
    let (body, end) = words[head.len()..].split_at(words.len() - head.len() - 1);
    assert_eq!((&words[..head.len()], end), (&head[..], &[plain("}")][..]));
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for statement in body
        .split(|word| *word == plain(";"))
        .filter(|s| !s.is_empty())
    {
        let at = statement
            .iter()
            .position(|w| *w == plain("["))
            .expect("attributes");
        assert_eq!(statement.last(), Some(&plain("]")), "{statement:?}");
        for attribute in statement[at + 1..statement.len() - 1].split(|w| *w == plain(",")) {
            let [Word::Plain(name), equals, _] = attribute else {
                panic!("{attribute:?}");
            };
            assert!(*equals == plain("=") && ["label", "shape", "style"].contains(&&**name));
        }
        match &statement[..at] {
            [Word::Text(node)] => nodes.push(node.clone()),
            [Word::Text(from), arrow, Word::Text(to)] if *arrow == plain("->") => {
                edges.push((from.clone(), to.clone()));
            }
            other => panic!("{other:?}"),
        }
    }
    (nodes, edges)
}

#[test]
fn hostile_names_stay_names_in_a_graph() {
    let names = [
        r#"a"];evil[label="b"#,
        r"ends with \\",
        r"\",
        "two\nlines\r\n",
        r"\N\G\l",
        "a -> b; }",
        "\u{1b}[31mred\u{202e}",
        "<b>html</b>",
    ];
    let mut t = Trail::default();
    for (at, name) in (0i64..).zip(names) {
        let alice = user(name, &format!("AKIA{at}"));
        let child = t.assume(&alice, "Admin", name, &format!("ASIA{at}"), 100 * at);
        t.works(&child, 100 * at + 5);
        t.works(
            &session(DATA, name, name, &format!("ASIAX{at}"), 100 * at),
            100 * at + 9,
        );
    }
    let (nodes, edges) = read(&t.load().dot());
    // A person with a session each for the user's key and, below it, the role's; and one without
    // an issuer.
    assert_eq!(nodes.len(), names.len() * 5);
    assert_eq!(edges.len(), names.len() * 3);
    for (from, to) in &edges {
        assert!(nodes.contains(from) && nodes.contains(to), "{from} {to}");
    }
}

/// Times of records are whole seconds: several calls of one name fail within one.
#[test]
fn calls_of_one_name_and_moment_are_nodes_of_their_own() {
    let mut t = Trail::default();
    for role in ["A", "B", "C"] {
        let refused = json!({"errorCode": "AccessDenied", "requestParameters":
            {"roleArn": format!("arn:aws:iam::{PROD}:role/{role}")}});
        t.call(&user("alice", "AKIA1"), 10, "sts", "AssumeRole", refused);
    }
    let (nodes, edges) = read(&t.load().dot());
    let births: Vec<_> = nodes.iter().filter(|n| n.starts_with("birth:")).collect();
    assert_eq!(births.len(), 3, "{nodes:?}");
    assert_eq!(
        edges.iter().filter(|(_, to)| births.contains(&to)).count(),
        3
    );
}
