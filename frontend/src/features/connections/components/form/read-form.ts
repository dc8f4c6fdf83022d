import type { Texts } from "../../../../texts/texts";
import type { FormField } from "../../api/types";

/** What a filled-in form says. Secrets are in it: hand it on, keep it nowhere. */
export interface Filled {
  /** Field name → value, trimmed; blank ones are left out. */
  values: Record<string, string>;
  label: string | null;
  makeDefault: boolean;
}

const FIELD = "field.";

/** The name of the input of a field, so that no field of a marketplace is taken for one of ours. */
export const inputName = (field: string) => FIELD + field;

/** Reads the inputs. */
export function readForm(form: HTMLFormElement): Filled {
  const values: Record<string, string> = {};
  let label: string | null = null;
  let makeDefault = false;
  for (const [name, entry] of new FormData(form)) {
    const value = typeof entry === "string" ? entry.trim() : "";
    if (name.startsWith(FIELD) && value !== "") {
      values[name.slice(FIELD.length)] = value;
    } else if (name === "label" && value !== "") {
      label = value;
    } else if (name === "makeDefault") {
      makeDefault = true;
    }
  }
  return { values, label, makeDefault };
}

/** Empties the secret inputs. By their property: `form.reset()` would leave React's note of the last value. */
export function clearSecrets(form: HTMLFormElement) {
  for (const input of form.querySelectorAll<HTMLInputElement>("input[data-secret]")) {
    input.value = "";
  }
}

/** Field name → what is wrong with it. */
export type Faults = Record<string, string>;

/** What can be seen to be wrong before asking anybody. */
export function faultsOf(fields: FormField[], values: Record<string, string>, texts: Texts): Faults {
  const faults: Faults = {};
  for (const { name, label, required, maxLength } of fields) {
    const value = values[name];
    const length = value === undefined ? 0 : Array.from(value).length;
    if (value === undefined && required) {
      faults[name] = texts.form.fault.required(label);
    } else if (length > maxLength) {
      faults[name] = texts.form.fault.tooLong(label, maxLength, length);
    }
  }
  return faults;
}
