"""Keeping a file of answers as an evaluation."""

from datetime import datetime

from evaltool.domain.document import Document
from evaltool.domain.evaluation import Evaluation
from evaltool.domain.questionnaire import Questionnaire
from evaltool.store.repository import Evaluations


def keep_document(
    evaluations: Evaluations,
    questionnaire: Questionnaire,
    document: Document,
    at: datetime,
    id_: str | None = None,
) -> Evaluation:
    """Keep a document as a new evaluation, with its action plan.

    Where there is an evaluation with the id already, it is given back as it is.
    """
    return evaluations.create(
        nis_code=document.municipality.nis_code,
        cluster=document.cluster,
        cluster_proposed=document.cluster_proposed,
        day=document.day,
        edition=document.edition,
        survey=questionnaire.survey,
        sections={
            section.id: document.answers.part(section.questions)
            for section in questionnaire.sections
        },
        at=at,
        actions=document.actions,
        id_=id_,
    )
