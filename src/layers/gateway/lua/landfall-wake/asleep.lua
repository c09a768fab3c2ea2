-- Whether nothing runs behind the load balancer. Its own 503: no task. Its own 502: a task that does not take connections yet, or no
-- longer. A service's own 5xx is its answer, and after the load balancer's 504 the service may have done the work.
return function(status, server)
  return server == "awselb/2.0" and (status == 503 or status == 502)
end
