//! Questions about resources, answered on the demo by keys alone, with the keys counted: a typed
//! filter counts as one, every other key as one.
use crate::task::Task;
use trailhound::index::schema::Field;

#[test]
fn who_deleted_the_load_balancer_and_what_else_around() {
    let mut task = Task::new();
    task.filter("what:DeleteLoadBalancer res:app/prod-web err:none")
        .shows("1 match")
        .keys("r")
        .shows("state in evidence: DELETED")
        // One role was taken on in another account, whose log tells of it as well: one call.
        .shows("What they did elsewhere, ±30 min (32, ");
    task.took("1 who deleted it, and what else", 4);
}

#[test]
fn what_was_made_and_is_it_still_there() {
    let mut task = Task::new();
    task.filter("who:alice ip:203.0.113.77 verb:write,delete")
        .keys("3")
        .shows("4 made, 2 ended here")
        .shows("i-0d4e9a7c1b8f36520")
        .shows("AKIAP7LANTED2EXAMPLE");
    task.took("7 what was made, and does it still exist", 4);
}

#[test]
fn the_list_of_resources_has_those_of_each_state_to_go_to() {
    let mut task = Task::new();
    task.filter("who:alice ip:203.0.113.77 verb:write,delete")
        .keys("3")
        .shows("Deleted, newest first (")
        .shows("Created and still there, newest first (")
        .keys("Tab Tab Enter")
        .shows("state in evidence: DELETED")
        .keys("[")
        .shows("Deleted, newest first (");
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
    task.took("12 who opened this group to the world", 5);
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
    task.took("14 who read this secret, from where", 7);
}

#[test]
fn what_changed_in_the_policy_of_the_role() {
    let mut task = Task::new();
    task.filter("what:PutRolePolicy who:alice")
        .keys("G r")
        .shows("What changed, newest first")
        .shows("+ policy tmp.policyDocument.Statement.Action iam:*");
    task.took("17 what changed in this role", 5);
}

#[test]
fn a_resource_that_the_detail_names_is_gone_to_and_come_back_from() {
    let mut task = Task::new();
    task.filter("what:DeleteLoadBalancer res:app/prod-web err:none")
        .shows("1 match")
        .keys("Enter");
    let named = |task: &Task| {
        let state = &task.screen.state;
        let line = &state.detail.lines[state.view.detail_at.0];
        line.field.clone()
    };
    let is_resource = |field: &Option<(Field, String)>| matches!(field, Some((Field::Res, _)));
    for _ in 0..20 {
        if !is_resource(&named(&task)) {
            task.keys("j");
        }
    }
    let line = named(&task);
    assert!(is_resource(&line), "{line:?}");
    task.keys("Enter")
        .shows("state in evidence: DELETED")
        .keys("[")
        .shows("1 match");
    assert_eq!(named(&task), line);
}
