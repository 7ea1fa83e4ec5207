//! Seconds since 1970 as CloudTrail writes them.

/// Year, month, day of a number of days since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// `2025-03-14T09:26:53Z`.
pub fn iso(out: &mut Vec<u8>, time: i64) {
    let (year, month, day) = date(time.div_euclid(86_400));
    let second = time.rem_euclid(86_400);
    digits(out, year, 4);
    for (number, before) in [
        (month, b'-'),
        (day, b'-'),
        (second / 3600, b'T'),
        (second / 60 % 60, b':'),
        (second % 60, b':'),
    ] {
        out.push(before);
        digits(out, number, 2);
    }
    out.push(b'Z');
}

/// `2025/03/14`.
pub fn folder(time: i64) -> String {
    let (year, month, day) = date(time.div_euclid(86_400));
    format!("{year:04}/{month:02}/{day:02}")
}

/// `20250314T0925Z`, as it stands in the name of a delivered file.
pub fn stamp(time: i64) -> String {
    let (year, month, day) = date(time.div_euclid(86_400));
    let second = time.rem_euclid(86_400);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}Z",
        second / 3600,
        second / 60 % 60
    )
}

fn digits(out: &mut Vec<u8>, number: i64, n: u32) {
    for place in (0..n).rev() {
        out.push(b'0' + (number / 10_i64.pow(place) % 10) as u8);
    }
}
