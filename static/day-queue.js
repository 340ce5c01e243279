// What is entered on an event day's page is first kept on the phone, then sent, then forgotten: nothing is lost without a network,
// and the key of each entry makes it count once however often it is sent.
"use strict";

const dayQueue = (() => {
  const open = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open("my-day", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const inStore = async (mode, ask) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction("entries", mode);
      const asked = ask(transaction.objectStore("entries"));
      transaction.oncomplete = () => { database.close(); resolve(asked.result); };
      transaction.onabort = transaction.onerror = () => { database.close(); reject(transaction.error); };
    });
  };
  return {
    keep: (entry) => inStore("readwrite", (store) => store.put(entry)),
    forget: (id) => inStore("readwrite", (store) => store.delete(id)),
    // In the order in which they were made; another person's stay until that person is back.
    of: async (who) => (await inStore("readonly", (store) => store.getAll())).filter((each) => each.who === who).sort((a, b) => a.made - b.made),
  };
})();
