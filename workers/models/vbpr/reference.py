"""VBPR (He and McAuley, AAAI 2016) as MMRec has it: one projection of all modalities side by side."""
import torch

from reference import model

Bpr = model.load("bpr")


class Reference(Bpr):
    defaults = {**model.BASE, "regWeight": .1}
    modalities = ("image", "text")

    def build(self, data, init):
        d = self.config["embeddingSize"]
        init.xavier("userEmbedding", data.users, 2 * d)
        init.xavier("itemEmbedding", data.items, d)
        init.linear("projection", sum(data.features[key].shape[1] for key in self.modalities), d)

    def item_rows(self, given, places):
        features = given.once("features", lambda: torch.cat([given.features(key) for key in self.modalities], 1))
        return torch.cat([given["itemEmbedding"][places], given.linear("projection", features[places])], 1)

    def final(self, given):
        return given["userEmbedding"], self.item_rows(given, slice(None))

    def rows(self, given, batch):
        items = (self.item_rows(given, batch[name]) for name in ("positives", "negatives"))
        return (given["userEmbedding"][batch["users"]], *items)
