"""BPR-MF (Rendle et al., UAI 2009), regularised as MMRec does."""
from reference import model
from reference.losses import batch_rows, bpr, norms_over_rows


class Reference(model.Reference):
    defaults = {**model.BASE, "regWeight": 1e-2}
    modalities = ()

    def build(self, data, init):
        for table, rows in (("userEmbedding", data.users), ("itemEmbedding", data.items)):
            init.xavier_normal(table, rows, self.config["embeddingSize"])

    def final(self, given):
        return given["userEmbedding"], given["itemEmbedding"]

    def rows(self, given, batch):
        return batch_rows(batch, *self.final(given))

    def regularised(self, given, batch, rows):
        """The rows that the regulariser sees."""
        return rows

    def terms(self, given, batch):
        rows = self.rows(given, batch)
        return {"bpr": (bpr(*rows, floor=1e-10), 1.0),
                "reg": (norms_over_rows(*self.regularised(given, batch, rows)), self.config["regWeight"])}
