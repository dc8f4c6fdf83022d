import { TextInput, type TextInputProps } from "@mantine/core";
import { useState } from "react";

import { useTexts } from "../texts/texts";
import classes from "./CheckedInput.module.css";
import { isPaste, pasteTrimmed } from "./paste";
import { isUnusual } from "./usual";
import { whenReleased } from "./when-released";

export interface CheckedInputProps {
  name: string;
  label: string;
  description?: string | undefined;
  /** What is wrong with the value. */
  error?: string | undefined;
  required?: boolean;
  /** What a usual value looks like; others are warned about. */
  usual?: { regex: string; words: string } | null | undefined;
}

type Own = keyof CheckedInputProps | "value" | "onChange" | "success";

/**
 * A line of text that only the element itself knows. Pasting leaves white space at the ends out, and a value that looks
 * wrong is remarked upon, not refused. It has no `maxLength`: browsers would cut a key short without a word.
 */
export function CheckedInput({
  usual,
  error,
  description,
  required = false,
  ...others
}: CheckedInputProps & Omit<TextInputProps, Own>) {
  const texts = useTexts();
  const [unusual, setUnusual] = useState(false);
  const check = (value: string) => setUnusual(usual ? isUnusual(value, usual.regex) : false);
  return (
    <TextInput
      {...others}
      description={description}
      error={error}
      required={required}
      success={usual && unusual ? texts.form.usually(usual.words) : null}
      withSuccessStyles={false}
      successProps={{ className: classes["warning"] ?? "", role: "status" }}
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      onPaste={pasteTrimmed}
      onInput={(event) => {
        if (isPaste(event.nativeEvent)) {
          check(event.currentTarget.value);
        } else if (unusual) {
          // While it is being corrected the remark goes as soon as it may.
          check(event.currentTarget.value);
        }
      }}
      onBlur={({ currentTarget: input }) => whenReleased(() => check(input.value))}
    />
  );
}
