"""Values that the API's document names: many rows have a `kind` or a `state`."""

# The model's and the choices' names together: PartsOrderState.
NAMED_VALUES = {
    "".join(path.split(".")[-2:]): path
    for path in (
        "parts.models.Availability.Confidence",
        "parts.models.Availability.Kind",
        "parts.models.Bin.Kind",
        "parts.models.Count.Kind",
        "parts.models.Count.State",
        "parts.models.Demand.State",
        "parts.models.Import.Kind",
        "parts.models.Import.Mode",
        "parts.models.Import.State",
        "parts.models.ImportRow.Verdict",
        "parts.models.LandedCost.Kind",
        "parts.models.Observation.Kind",
        "parts.models.PartsOrder.State",
        "parts.models.PurchaseOrder.State",
        "parts.models.Return.Kind",
        "parts.models.Return.State",
        "parts.models.Shipment.State",
        "parts.models.Reservation.State",
        "parts.models.Rfq.State",
        "parts.models.StockMovement.Kind",
        "parts.models.Supersession.Kind",
        "restoration.models.Arbitration.Kind",
        "restoration.models.ChangeOrder.State",
        "restoration.models.Estimate.State",
        "restoration.models.EstimateLine.Kind",
        "restoration.models.Finding.State",
        "restoration.models.JobCard.State",
        "restoration.models.PlanChange.Kind",
        "restoration.models.PlanRun.Kind",
        "restoration.models.PlanRun.State",
        "restoration.models.Project.State",
        "restoration.models.Scenario.State",
        "workshop.models.Account.Kind",
        "workshop.models.Invoice.State",
        "workshop.models.Promise.Confidence",
    )
}
