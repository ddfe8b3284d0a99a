// answer: slope
// fails: check-slope
Tensor CodeWithSlope(Tensor images) => (10 * (images - Thermometer.Thresholds)).sigmoid();
