//! Questions about resources, answered on the demo by keys alone, with the keys counted: a typed
//! filter counts as one, every other key as one.
use crate::driver::Driver;

/// Keys pressed and filters typed.
struct Task {
    screen: Driver,
    keys: usize,
}

impl Task {
    fn new() -> Self {
        Self {
            screen: Driver::demo(120, 48),
            keys: 0,
        }
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        self.keys += keys.split_whitespace().count();
        self.screen.keys(keys);
        self
    }

    /// `/`, a filter, `Enter`.
    fn filter(&mut self, text: &str) -> &mut Self {
        self.keys += 3;
        self.screen.filter(text);
        self
    }

    #[track_caller]
    fn shows(&mut self, words: &str) -> &mut Self {
        // Records are read behind the screen: what they say comes when it comes.
        for _ in 0..400 {
            if self.screen.text().contains(words) {
                return self;
            }
            self.screen.pump();
        }
        panic!("no {words:?} in:\n{}", self.screen.text());
    }

    #[track_caller]
    fn within(&self, name: &str, most: usize) {
        assert!(self.keys <= most, "{name} took {} keys", self.keys);
    }
}

#[test]
fn who_deleted_the_load_balancer_and_what_else_around() {
    let mut task = Task::new();
    task.filter("what:DeleteLoadBalancer res:app/prod-web err:none")
        .shows("1 match")
        .keys("r")
        .shows("state in evidence: DELETED")
        .shows("What they did elsewhere, ±30 min");
    task.within("1 who deleted it, and what else", 10);
}

#[test]
fn what_was_made_and_is_it_still_there() {
    let mut task = Task::new();
    task.filter("who:alice ip:203.0.113.77 verb:write,delete")
        .keys("3")
        .shows("4 made, 2 ended here")
        .shows("i-0d4e9a7c1b8f36520")
        .shows("AKIAP7LANTED2EXAMPLE");
    task.within("7 what was made, and does it still exist", 10);
}

#[test]
fn who_opened_the_group_to_the_world() {
    let mut task = Task::new();
    task.filter("what:Authorize* 0.0.0.0/0")
        .shows("1 match")
        .shows("Alice (BreakGlass)")
        .keys("r 1")
        .shows("AuthorizeSecurityGroupIngress       Alice")
        .shows("RevokeSecurityGro")
        .shows("0.0.0.0/0");
    task.within("12 who opened this group to the world", 10);
}

#[test]
fn was_the_secret_read_from_an_unusual_address() {
    let mut task = Task::new();
    task.filter("res:prod/db-password what:GetSecretValue")
        .shows("142 match")
        .keys("G")
        .shows("orders-api-role")
        .shows("111│");
    // 111 addresses; from outside there is one.
    task.filter("res:prod/db-password what:GetSecretValue ip:public")
        .shows("203.0.113.77")
        .shows("Alice");
    task.within("14 who read this secret, from where", 10);
}

#[test]
fn what_changed_in_the_policy_of_the_role() {
    let mut task = Task::new();
    task.filter("what:PutRolePolicy who:alice")
        .keys("G r")
        .shows("What changed, newest first")
        .shows("+ policy tmp.policyDocument.Statement.Action[2] iam:*");
    task.within("17 what changed in this role", 10);
}
