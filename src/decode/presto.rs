//! The text Athena and `CloudTrail` Lake write for a nested value: `{type=IAMUser, arn=null}`.
//!
//! The text does not say where a value ends: a comma, a blank and a word before `=` begin the next
//! member. A value that holds just that is split in the wrong place, which nothing can mend; JSON
//! columns are not affected.

use crate::event::json::Node;

/// Levels of nesting that are followed.
const DEEPEST: usize = 16;

/// The value of a text; `None` where it is not of this form.
pub(crate) fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    (reader.at == text.len() && node.is_container()).then_some(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        match self.rest().bytes().next() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            _ => Some(self.scalar(depth)),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Node> {
        self.at += 1;
        let mut pairs = Vec::new();
        loop {
            if self.rest().starts_with('}') {
                self.at += 1;
                return Some(Node::Object(pairs));
            }
            let len = key_len(self.rest())?;
            let key = self.rest().get(..len)?.to_owned();
            self.at += len + 1;
            pairs.push((key, self.value(depth + 1)?));
            self.comma();
        }
    }

    fn array(&mut self, depth: usize) -> Option<Node> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            if self.rest().starts_with(']') {
                self.at += 1;
                return Some(Node::Array(items));
            }
            let before = self.at;
            items.push(self.value(depth + 1)?);
            self.comma();
            if self.at == before {
                return None;
            }
        }
    }

    fn comma(&mut self) {
        if self.rest().starts_with(", ") {
            self.at += 2;
        }
    }

    /// A text up to the next member, item or closing bracket.
    fn scalar(&mut self, depth: usize) -> Node {
        let rest = self.rest();
        let mut open = 0usize;
        let mut end = rest.len();
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' if open > 0 => open -= 1,
                b'}' | b']' if depth > 0 => {
                    end = at;
                    break;
                }
                b',' if open == 0 => {
                    let after = rest.get(at + 1..).unwrap_or_default();
                    let next = after.strip_prefix(' ');
                    let begins = |t: &str| key_len(t).is_some() || t.starts_with(['{', '[']);
                    if next.is_some_and(begins) {
                        end = at;
                        break;
                    }
                }
                _ => {}
            }
        }
        let text = rest.get(..end).unwrap_or_default();
        let node = match text {
            "null" | "" => Node::Null,
            text => Node::Text(text.to_owned()),
        };
        self.at += end;
        node
    }
}

/// The length of the word before the `=` a text begins with.
fn key_len(text: &str) -> Option<usize> {
    let len = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    (len > 0 && text.as_bytes().get(len) == Some(&b'=')).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, json: &str) {
        let node = parse(text).map(|n| n.to_compact());
        assert_eq!(node.as_deref(), Some(json), "{text}");
    }

    #[test]
    fn structs_as_athena_writes_them() {
        check(
            "{type=IAMUser, arn=arn:aws:iam::1:user/a, invokedby=null, sessioncontext={attributes={mfaauthenticated=false}}}",
            r#"{"type":"IAMUser","arn":"arn:aws:iam::1:user/a","invokedby":null,"sessioncontext":{"attributes":{"mfaauthenticated":"false"}}}"#,
        );
        check(
            "[{arn=arn:aws:s3:::b/a=b, c, type=AWS::S3::Object}, {arn=x, type=y}]",
            r#"[{"arn":"arn:aws:s3:::b/a=b, c","type":"AWS::S3::Object"},{"arn":"x","type":"y"}]"#,
        );
        check("{}", "{}");
        check("[]", "[]");
    }

    #[test]
    fn what_is_of_another_form_is_refused() {
        for text in ["", "plain", "{\"a\":1}", "{a=1", "{a}", "[", "{a=1} x"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"{a=".repeat(40)), None);
    }
}
