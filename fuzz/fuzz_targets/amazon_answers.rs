#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fluxori_fuzzing::amazon_answers(input));
