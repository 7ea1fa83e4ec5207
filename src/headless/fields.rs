//! Columns by their names, as `query` and `stats` take them.

use anyhow::bail;
use trailhound::base::text::nearest;
use trailhound::index::atlas::Coverage;
use trailhound::index::schema::FIELDS;
use trailhound::index::schema::Field;
use trailhound::index::schema::Home;
use trailhound::query::typed;

/// The name of a field as a column.
pub fn column_name(field: Field) -> &'static str {
    match field {
        Field::Time => "time",
        field => field.name(),
    }
}

/// The field a column's name stands for.
pub(super) fn column(name: &str, covers: Coverage) -> anyhow::Result<Field> {
    let name = name.trim();
    let Some(field) = Field::named(name) else {
        let names = FIELDS
            .iter()
            .flat_map(|f| std::iter::once(&f.name).chain(f.aliases));
        match nearest(name, names.copied()) {
            Some(near) => bail!("no column is called `{name}`; did you mean `{near}`?"),
            None => bail!("no column is called `{name}`; the fields of the filter language are"),
        }
    };
    if let Some(fault) = typed::missing(field, covers) {
        bail!("{}: {}", fault.message, fault.help);
    }
    match field.spec().home {
        Home::Later(needs) => bail!("`{name}` is not available yet: it needs {needs}"),
        Home::First | Home::Flip | Home::Presence => {
            bail!("`{name}` asks about events and is no column")
        }
        Home::Time if field != Field::Time => {
            bail!("`{name}` asks about time and is no column; the column is `time`")
        }
        _ => Ok(field),
    }
}

pub(super) fn columns_of(names: &[String], covers: Coverage) -> anyhow::Result<Vec<Field>> {
    let mut fields = Vec::new();
    for name in names {
        let field = column(name, covers)?;
        if fields.contains(&field) {
            bail!("the column `{}` is named twice", column_name(field));
        }
        fields.push(field);
    }
    Ok(fields)
}

/// How soon a default column is left out of a table that has no room for it.
pub(super) const fn spare(field: Field) -> u8 {
    match field {
        Field::Id => 10,
        Field::Actor => 9,
        Field::Key => 8,
        Field::Via => 7,
        Field::Acct => 6,
        Field::Region => 5,
        Field::Ip => 4,
        Field::Svc => 3,
        Field::Verb => 2,
        _ => 0,
    }
}

/// A column to sort by, and whether the other way round.
pub(super) fn sorting(text: &str, covers: Coverage) -> anyhow::Result<(Field, bool)> {
    match text.strip_prefix('-') {
        Some(name) => Ok((column(name, covers)?, true)),
        None => Ok((column(text, covers)?, false)),
    }
}
