/** Words of the list, its actions and the history. */
export const list = {
  title: "Connections",
};
