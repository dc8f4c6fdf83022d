use fluxori_marketplaces::fuzzing::Reply;

/// Most answers of one input. No call of ours asks more often.
const MOST: usize = 6;

/// The line between two answers.
const BETWEEN: &[u8] = b"\n====\n";

/// Reads an input as the answers of a marketplace, one behind the other. Every input is some.
///
/// ```text
/// HTTP 200
/// Content-Type: application/json
///
/// {"access_token":"…"}
/// ====
/// HTTP 503 cut
/// ```
///
/// Without a status an answer has 200; without a `Content-Type` it is declared as JSON; `cut` is one whose body never ended.
pub(crate) fn read(input: &[u8]) -> Vec<Reply> {
    let mut replies = Vec::new();
    let mut rest = Some(input);
    while let Some(text) = rest
        && replies.len() < MOST
    {
        let (one, behind) = match find(text, BETWEEN) {
            Some(at) => (&text[..at], Some(&text[at + BETWEEN.len()..])),
            None => (text, None),
        };
        replies.push(reply(one));
        rest = behind;
    }
    replies
}

/// Whether an answer came whole and is declared as JSON.
pub(crate) fn is_json(reply: &Reply) -> bool {
    let declared = reply
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("", |(_, value)| value)
        .to_ascii_lowercase();
    reply.body.is_some() && declared.contains("json")
}

fn reply(text: &[u8]) -> Reply {
    let (head, body) = match find(text, b"\n\n") {
        Some(at) => (&text[..at], &text[at + 2..]),
        None => (text, &b""[..]),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').skip(1);
    let status = words.next().and_then(|status| status.parse().ok());
    let is_cut = words.next() == Some("cut");
    let mut headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let declares = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
    if !headers.iter().any(declares) {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Reply {
        status: status.unwrap_or(200),
        headers,
        body: (!is_cut).then(|| body.to_vec()),
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_are_written_down() {
        let replies = read(b"HTTP 429\nRetry-After: 3\n\n{}\n====\nHTTP 200 cut\nContent-Type: text/html\n\n<p>\n====\n");
        assert_eq!(replies.len(), 3);
        assert_eq!(replies[0].status, 429);
        assert_eq!(replies[0].body.as_deref(), Some(&b"{}"[..]));
        assert_eq!(replies[0].headers.len(), 2);
        assert!(is_json(&replies[0]));
        assert_eq!(replies[1].body, None);
        assert!(!is_json(&replies[1]));
        assert_eq!(replies[2].status, 200);
    }
}
