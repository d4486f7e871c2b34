"""EGRA (arXiv 2508.16170): MGCN's views on a behaviour graph with S_pt, and an alignment of entities in two levels."""
import torch
import torch.nn.functional as F

from reference import model
from reference.enhanced import behaviour_block

Mgcn = model.load("mgcn")


def first_rows(entities):
    """The first row of each entity."""
    seen = {}
    for row, entity in enumerate(entities.tolist()):
        seen.setdefault(entity, row)
    return torch.tensor(list(seen.values()))


def places(chosen, wanted):
    """Where each wanted entity stands among the chosen ones."""
    order = {entity: place for place, entity in enumerate(chosen.tolist())}
    return torch.tensor([order[entity] for entity in wanted.tolist()])


class Reference(Mgcn):
    defaults = {
        **model.BASE, "regWeight": 1e-4, "userItemLayers": 3, "itemItemLayers": 2, "neighbours": 5, "trainFeatures": True,
        "enhancedGraph": True, "enhancedNeighbours": 5, "weightMin": .005, "weightMax": .03, "weightEpochs": 10,
        "entityWeights": "softmax", "epochWeights": "ramp",
        "temperatureEntity": 1.0, "temperatureView": .2, "temperatureFused": .3}

    def block(self, data, init):
        return behaviour_block(self, data, init, "+E" if self.config["enhancedGraph"] else "none")

    def epoch_weight(self, epoch):
        low, high, ramp = (self.config[key] for key in ("weightMin", "weightMax", "weightEpochs"))
        return low + epoch / ramp * (high - low) if self.config["epochWeights"] == "ramp" and epoch < ramp else high

    def entities(self, given, batch):
        """The entities of users and of items, and the place of each one's partner on the other side (None: its own).

        A partner is the other side of the entity's row, or of its first row where entities are distinct.
        """
        u, i = batch["users"], batch["positives"]
        if self.config.get("batchAs") != "distinct":
            return (u, None), (i, None)
        user_rows, item_rows = first_rows(u), first_rows(i)
        assert not given.checks or max(len(user_rows), len(item_rows)) < len(u)  # distinct differs from rows
        users, items = u[user_rows], i[item_rows]
        return (users, places(items, i[user_rows])), (items, places(users, u[item_rows]))

    def aligned(self, given, side, own, fused, partner):
        """Weighted sum over the entities of one side; fused: unit rows of the other side's entities."""
        (b, m), c = own, self.config
        view, across = c["temperatureView"], c["temperatureFused"]
        cosines, f = (b * m).sum(1), fused if partner is None else fused[partner]
        positive = torch.stack([cosines / view, (b * f).sum(1) / across, (m * f).sum(1) / across], 1).logsumexp(1)
        every = torch.stack([(b @ m.T / view).logsumexp(1), (b @ fused.T / across).logsumexp(1),
                             (m @ fused.T / across).logsumexp(1)], 1).logsumexp(1)
        constant = given.held("cosines" + side, cosines)
        if c["entityWeights"] == "uniform":
            weights = torch.full_like(constant, 1 / len(constant))
        else:
            weights = torch.softmax((1 - constant) / c["temperatureEntity"], 0)
        given.observe("weights" + side, weights)
        given.observe("cosine" + side, [constant.mean()])
        return (weights * (every - positive)).sum()

    def terms(self, given, batch):
        behaviour, modal, _ = self.views(given)
        own, fused, partners = [], [], []
        for at, (chosen, partner) in enumerate(self.entities(given, batch)):
            b, m = (given.split(nodes)[at][chosen] for nodes in (behaviour, modal))
            own.append((F.normalize(b), F.normalize(m)))
            fused.append(F.normalize(b + m))
            partners.append(partner)
        weight = self.epoch_weight(given.epoch)
        given.observe("epochWeight", [weight])
        return {
            **self.ranking_terms(given, batch, behaviour + modal),
            "alignUsers": (self.aligned(given, "Users", own[0], fused[1], partners[0]), weight),
            "alignItems": (self.aligned(given, "Items", own[1], fused[0], partners[1]), weight),
        }
