import { Button } from "@mantine/core";
import { useState } from "react";

import { useTexts } from "../texts/texts";
import { CheckedInput, type CheckedInputProps } from "./CheckedInput";

/** What keeps password managers from offering to fill in or to keep a key: it is nobody's password to this page. */
const NO_PASSWORD_MANAGER = {
  "data-1p-ignore": true,
  "data-bwignore": true,
  "data-lpignore": "true",
  "data-form-type": "other",
};

/** An element that was taken off the page lives on until memory is tidied up; what was typed into it does not. */
function emptyWhenGone(input: HTMLInputElement) {
  return () => {
    input.value = "";
  };
}

/**
 * Takes a secret. Its value is in the element and nowhere else: whoever sends it reads it from there and empties the
 * element with `clearSecrets`.
 */
export function SecretInput(props: CheckedInputProps) {
  const texts = useTexts();
  const [shown, setShown] = useState(false);
  return (
    <CheckedInput
      {...props}
      {...NO_PASSWORD_MANAGER}
      ref={emptyWhenGone}
      type={shown ? "text" : "password"}
      // Browsers ignore "off" where they think that it is a password.
      autoComplete={shown ? "off" : "new-password"}
      data-secret
      rightSectionWidth={64}
      rightSection={
        <Button
          variant="subtle"
          size="compact-xs"
          aria-label={shown ? texts.form.hideField(props.label) : texts.form.showField(props.label)}
          onClick={() => setShown(!shown)}
        >
          {shown ? texts.form.hide : texts.form.show}
        </Button>
      }
    />
  );
}
