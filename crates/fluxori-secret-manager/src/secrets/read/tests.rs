use rstest::rstest;

use super::*;

fn read(name: &str, data: &str, checksum: &str) -> Result<Payload, SecretManagerError> {
    let json = format!(r#"{{"name":"{name}","payload":{{"data":"{data}"{checksum}}}}}"#);
    let accessed: wire::Accessed = serde_json::from_str(&json).unwrap();
    payload(
        &accessed,
        &SecretId::new("one").unwrap(),
        VersionNumber::new(7).unwrap(),
    )
}

const NAME: &str = "projects/123/secrets/one/versions/7";
/// Of "123456789".
const CHECKSUM: &str = r#","dataCrc32c":"3808858755""#;

#[rstest]
#[case(NAME)]
#[case("projects/my-project/secrets/one/versions/7")]
fn a_payload_is_read_however_the_project_is_named(#[case] name: &str) {
    let payload = read(name, "MTIzNDU2Nzg5", CHECKSUM).unwrap();
    assert_eq!(payload.into_bytes().as_slice(), b"123456789");
}

#[rstest]
#[case("+/8=", r"\/")]
#[case("-_8", "")]
#[case("-_8=", "")]
fn every_way_to_write_base64_is_read(#[case] data: &str, #[case] escaped: &str) {
    let checksum = format!(r#","dataCrc32c":{}"#, crc32c::crc32c(&[0xfb, 0xff]));
    let data = match escaped {
        "" => data.to_owned(),
        escaped => data.replace('/', escaped),
    };
    let payload = read(NAME, &data, &checksum).unwrap();
    assert_eq!(payload.into_bytes().as_slice(), [0xfb, 0xff]);
}

#[rstest]
#[case("MTIzNDU2Nzg4", CHECKSUM)]
#[case("MTIzNDU2Nzg5", "")]
#[case("MTIzNDU2Nzg5", r#","dataCrc32c":"-1""#)]
#[case("", CHECKSUM)]
fn a_payload_that_is_not_whole_is_not_returned(#[case] data: &str, #[case] checksum: &str) {
    let error = read(NAME, data, checksum).unwrap_err();
    assert!(
        matches!(error, SecretManagerError::ChecksumMismatch { .. }),
        "{error:?}"
    );
}

#[rstest]
#[case("projects/123/secrets/two/versions/7", "MTIzNDU2Nzg5")]
#[case("projects/123/secrets/one/versions/8", "MTIzNDU2Nzg5")]
#[case("projects/123/secrets/one/versions/latest", "MTIzNDU2Nzg5")]
#[case("", "MTIzNDU2Nzg5")]
#[case(NAME, "canary!")]
fn an_answer_about_something_else_is_refused(#[case] name: &str, #[case] data: &str) {
    let error = read(name, data, CHECKSUM).unwrap_err();
    assert!(
        matches!(error, SecretManagerError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error}").contains("canary"));
}
