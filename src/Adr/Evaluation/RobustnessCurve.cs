namespace Adr.Evaluation;

/// <summary>Robust accuracy over the radius ε. It never rises: a point broken at a smaller ε stays broken, since that x' is feasible at a larger one.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Points">ε in pixel units, ascending, with the robust accuracy there; ε = 0 is the natural accuracy.</param>
public sealed partial record RobustnessCurve(string Model, string Attack, IReadOnlyList<(double Epsilon, Proportion RobustAccuracy)> Points);
