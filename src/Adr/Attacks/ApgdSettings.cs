namespace Adr.Attacks;

/// <summary>How one run of Auto-PGD goes.</summary>
/// <param name="Steps">Gradient steps after the first look.</param>
/// <param name="Rho">The share of steps that must raise the loss for a point to keep its step size.</param>
/// <param name="GradientSamples">Answers of the model that make one gradient.</param>
internal sealed record ApgdSettings(int Steps, double Rho, int GradientSamples);
