//! Where addresses belong: network and country, from MMDB files a person has.
//!
//! An atlas holds the bytes of such files and looks addresses up in them; whoever made the files
//! decides what is true. Those of `MaxMind` (ASN, Country, City), DB-IP and `IPinfo` name their
//! members differently, and all are read. Refuses to know: where the files are.

use std::net::IpAddr;

use maxminddb::{PathElement, Reader};

/// Address databases; none by default.
#[derive(Default)]
pub struct Atlas {
    books: Vec<Reader<Vec<u8>>>,
    covers: Coverage,
}

impl std::fmt::Debug for Atlas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Atlas({} books, {:?})", self.books.len(), self.covers)
    }
}

/// What an atlas can tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The number and name of an address's network.
    pub networks: bool,
    /// The country of an address.
    pub countries: bool,
}

/// Where the databases keep each fact; the first that is there counts.
const NUMBER: &[&[PathElement<'static>]] = &[
    &[PathElement::Key("autonomous_system_number")],
    &[PathElement::Key("asn")],
    &[PathElement::Key("as_number")],
];
const NAME: &[&[PathElement<'static>]] = &[
    &[PathElement::Key("autonomous_system_organization")],
    &[PathElement::Key("as_name")],
    &[PathElement::Key("as_organisation")],
    &[PathElement::Key("org")],
];
const COUNTRY: &[&[PathElement<'static>]] = &[
    &[PathElement::Key("country"), PathElement::Key("iso_code")],
    &[PathElement::Key("country_code")],
    &[PathElement::Key("country")],
    &[
        PathElement::Key("registered_country"),
        PathElement::Key("iso_code"),
    ],
];

impl Atlas {
    /// Adds the bytes of a database.
    ///
    /// # Errors
    /// They are no MMDB file, or one of something else than networks and countries.
    pub fn add(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        let book = Reader::from_source(bytes)
            .map_err(|_e| "it is no MMDB file, such as GeoLite2-ASN.mmdb".to_owned())?;
        let kind = book.metadata().database_type.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        let covers = Coverage {
            networks: has(&["asn", "isp", "enterprise"]),
            countries: has(&["country", "city", "enterprise", "location"]),
        };
        // What calls itself something else may still hold either: it is asked, and absent at worst.
        let covers =
            if covers == Coverage::default() && !has(&["anonymous", "domain", "connection"]) {
                Coverage {
                    networks: true,
                    countries: true,
                }
            } else {
                covers
            };
        if covers == Coverage::default() {
            let kind = &book.metadata().database_type;
            return Err(format!(
                "it is a database of {kind}, not of networks or countries"
            ));
        }
        self.covers.networks |= covers.networks;
        self.covers.countries |= covers.countries;
        self.books.push(book);
        Ok(())
    }

    /// What it can tell.
    pub const fn covers(&self) -> Coverage {
        self.covers
    }

    /// The number of an address's network.
    pub fn number(&self, address: &str) -> Option<u32> {
        let address = address.parse().ok()?;
        let plain = self.find(address, NUMBER, |found, path| {
            found.decode_path::<u32>(path).ok().flatten()
        });
        plain.or_else(|| {
            let text = self.text(address, NUMBER)?;
            text.trim_start_matches(['A', 'S', 'a', 's']).parse().ok()
        })
    }

    /// The name of an address's network.
    pub fn network(&self, address: &str) -> Option<String> {
        self.text(address.parse().ok()?, NAME)
    }

    /// The country of an address, in two letters.
    pub fn country(&self, address: &str) -> Option<String> {
        self.text(address.parse().ok()?, COUNTRY)
    }

    fn text(&self, address: IpAddr, paths: &[&[PathElement<'_>]]) -> Option<String> {
        self.find(address, paths, |found, path| {
            let text = found.decode_path::<&str>(path).ok().flatten();
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        })
    }

    fn find<T>(
        &self,
        address: IpAddr,
        paths: &[&[PathElement<'_>]],
        read: impl Fn(&maxminddb::LookupResult<'_, Vec<u8>>, &[PathElement<'_>]) -> Option<T>,
    ) -> Option<T> {
        self.books.iter().find_map(|book| {
            let found = book.lookup(address).ok()?;
            paths.iter().find_map(|path| read(&found, path))
        })
    }
}
