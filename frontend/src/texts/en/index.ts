import { app } from "./app";
import { common } from "./common";
import { form } from "./form";
import { list } from "./list";

/** English. Other languages are objects of the same type; what varies with a number or a name is a function. */
export const en = { language: "en", app, common, form, list };
