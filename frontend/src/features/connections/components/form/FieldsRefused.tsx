import { List } from "@mantine/core";

import type { ApiProblem } from "../../../../lib/problem";
import { useTexts } from "../../../../texts/texts";
import { RefusalAlert } from "./RefusalAlert";

interface Props {
  problem: ApiProblem;
  /** Names of the fields that are drawn: what is wrong with them stands beside them. */
  drawn: string[];
}

/** Some fields are wrong. Those that are not on the screen are named here. */
export function FieldsRefused({ problem, drawn }: Props) {
  const texts = useTexts();
  const others = (problem.document.errors ?? []).filter(({ field }) => !drawn.includes(lastPart(field)));
  if (others.length === 0) {
    return <RefusalAlert title={texts.form.correct}>{texts.form.correctText}</RefusalAlert>;
  }
  return (
    <RefusalAlert title={texts.form.refused}>
      <List size="sm">
        {others.map(({ field, message }) => (
          <List.Item key={field}>{texts.form.alsoWrong(lastPart(field), message)}</List.Item>
        ))}
      </List>
    </RefusalAlert>
  );
}

const lastPart = (field: string) => field.slice(field.lastIndexOf(".") + 1);
