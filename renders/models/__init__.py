"""Tables of pictures."""

from renders.models.call import ProviderCall
from renders.models.kitwork import KitItem, KitOrder
from renders.models.quality import ConsistencyScore, QualityReport
from renders.models.rendered import BaseView, RenderedAsset, RenderedSource, RenderedWords
from renders.models.run import Run, RunCandidate, RunEvent, RunJob
from renders.models.task import CastMember, Task
from renders.models.treatment import Treatment

__all__ = ["BaseView", "CastMember", "ConsistencyScore", "KitItem", "KitOrder", "ProviderCall", "QualityReport", "RenderedAsset", "RenderedSource", "RenderedWords", "Run", "RunCandidate", "RunEvent", "RunJob", "Task", "Treatment"]
