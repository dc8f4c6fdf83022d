import { List, Text } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import { useConnectionsById } from "../../hooks/useConnectionsById";
import { NoticeBox } from "./NoticeBox";

interface Props {
  ids: string[];
  onDismiss: () => void;
}

/** One consent connected these accounts. */
export function ConsentedNotice({ ids, onDismiss }: Props) {
  const texts = useTexts();
  const words = texts.form.returned;
  const { connections } = useConnectionsById(ids);
  const [first] = connections;
  if (!first || connections.length < ids.length) {
    return <NoticeBox good title={words.anyConnected(ids.length)} onDismiss={onDismiss} />;
  }
  if (ids.length === 1) {
    return (
      <NoticeBox good title={words.connected(first.label)} onDismiss={onDismiss}>
        {first.account.name && <Text size="sm">{words.account(first.account.name)}</Text>}
      </NoticeBox>
    );
  }
  return (
    <NoticeBox
      good
      title={words.severalConnected(ids.length, texts.list.marketplaces[first.marketplace])}
      onDismiss={onDismiss}
    >
      <List size="sm">
        {connections.map(({ id, label }) => (
          <List.Item key={id}>{label}</List.Item>
        ))}
      </List>
      <Text size="sm">{words.together}</Text>
    </NoticeBox>
  );
}
